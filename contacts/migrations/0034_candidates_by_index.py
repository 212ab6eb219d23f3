"""Candidates are found by the indexes however many rows PostgreSQL expects of several conditions."""

from django.db import migrations

OF = "ALTER FUNCTION context_candidates(text, text[], text[], text[])"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0033_location_protected")]

    operations = [migrations.RunSQL(f"{OF} SET enable_seqscan = off", f"{OF} RESET enable_seqscan")]
