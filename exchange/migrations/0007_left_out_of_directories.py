from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("exchange", "0006_encrypted_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="importdraft",
            name="left_out",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
