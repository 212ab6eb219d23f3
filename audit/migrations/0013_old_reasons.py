"""Events whose reason has not moved yet, for `prepare_database`. Empty once they have."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0012_reasons_removed")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["id"], name="event_with_old_reason", condition=~models.Q(old_purpose="")
            ),
        ),
    ]
