"""Reports look for periods that were entered after a figure was final."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0029_candidates")]

    operations = [
        AddIndexConcurrently(
            model_name="organisationperiod",
            index=models.Index(condition=models.Q(('entered_at__isnull', False)), fields=['entered_at'], name='period_by_entry'),
        ),
    ]
