from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0008_figures"),
    ]

    operations = [
        migrations.AddField(
            model_name="series",
            name="clock",
            field=models.TimeField(null=True),
        ),
    ]
