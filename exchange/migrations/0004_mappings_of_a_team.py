"""Mappings are shared with those who import in the same districts. Those saved before stay their owner's."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_second_fields_of_columns")]

    operations = [
        migrations.AddField(
            "savedmapping",
            "district_ids",
            django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
    ]
