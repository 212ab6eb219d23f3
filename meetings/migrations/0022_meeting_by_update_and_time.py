"""Reports look for meetings before a day that were changed since another."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meetings", "0021_met_at_for_every_row")]

    operations = [
        AddIndexConcurrently(
            model_name="meeting",
            index=models.Index(fields=['updated_at', 'id', 'starts_at'], name='meeting_by_update_and_time'),
        ),
        RemoveIndexConcurrently(model_name="meeting", name="meeting_by_update"),
    ]
