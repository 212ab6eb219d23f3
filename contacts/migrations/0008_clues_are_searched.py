"""Without a lock on the tables: they may be large by now."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0007_imported_rows")]

    operations = [
        AddIndexConcurrently("organisation", GinIndex(fields=["clues"], name="organisation_clues")),
        AddIndexConcurrently("contact", GinIndex(fields=["clues"], name="contact_clues")),
    ]
