"""Figures read the kind of then from the index of periods, too."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0024_known_kinds")]

    operations = [
        AddIndexConcurrently(
            model_name="organisationperiod",
            index=models.Index(condition=models.Q(('status', 'active')), fields=['home_district', 'since'], include=('organisation', 'until', 'cadence_days', 'lead_officer', 'deputy_officer', 'verified_on', 'kind'), name='period_of_figures'),
        ),
        RemoveIndexConcurrently(model_name="organisationperiod", name="period_of_population"),
    ]
