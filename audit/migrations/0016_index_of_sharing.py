"""Events in which data was shared, for the page of what was shared with whom."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0015_recipients")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["-at"],
                name="event_of_sharing",
                condition=models.Q(action__in=["export", "share"]),
            ),
        ),
    ]
