"""Figures read whose home a district was, and of which kind they are, from indexes alone.

Built beside running work: nobody waits for them, and the old index goes once the new ones are there.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0005_imports_under_way")]

    operations = [
        AddIndexConcurrently(
            model_name="organisationperiod",
            index=models.Index(
                condition=models.Q(("status", "active")),
                fields=["home_district", "since"],
                include=[
                    "organisation",
                    "until",
                    "cadence_days",
                    "lead_officer",
                    "deputy_officer",
                    "verified_on",
                ],
                name="period_of_population",
            ),
        ),
        AddIndexConcurrently(
            model_name="organisation",
            index=models.Index(fields=["id"], include=["kind", "review_on"], name="organisation_kind"),
        ),
        RemoveIndexConcurrently(model_name="organisationperiod", name="period_of_district"),
    ]
