"""Contacts who may be the person of a data request are frozen before its search has run (docs/adr/0070)."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0024_erasures_without_a_request")]

    operations = [
        migrations.AddField(
            "datarequest",
            "frozen_contact_ids",
            ArrayField(models.UUIDField(), db_default=[], default=list, editable=False),
        ),
    ]
