"""A column of a file can have a second field."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_texts")]

    operations = [
        migrations.AddField("importdraft", "also", models.JSONField(db_default={}, default=dict)),
        migrations.AddField("savedmapping", "also", models.JSONField(db_default={}, default=dict)),
    ]
