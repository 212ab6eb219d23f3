"""Figures read whose home a district was, and of which kind they are, from indexes alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_imports_under_way")]

    operations = [
        migrations.RemoveIndex(model_name="organisationperiod", name="period_of_district"),
        migrations.AddIndex(
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
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["id"], include=["kind", "review_on"], name="organisation_kind"),
        ),
    ]
