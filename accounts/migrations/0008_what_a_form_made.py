from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_waiting_roles")]

    operations = [
        migrations.AddField("sentform", "made", models.TextField(blank=True, db_default="", default=""))
    ]
