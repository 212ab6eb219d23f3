"""An import keeps which rows somebody said are one, and the encodings its file may be in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0013_ends_to_tell")]

    operations = [
        migrations.AddField(
            model_name="importdraft",
            name="joins",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="importdraft",
            name="encodings",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
