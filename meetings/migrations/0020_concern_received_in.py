"""Finds the concerns that were received in a district which has been redrawn since."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meetings", "0019_row_policies")]

    operations = [
        AddIndexConcurrently(
            model_name="concern",
            index=models.Index(
                condition=Q(received_in__isnull=False), fields=["received_in"], name="concern_received_in"
            ),
        ),
    ]
