"""Finds what waits for one webhook without what waits for all the others."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("api", "0003_webhook_turns")]

    operations = [
        AddIndexConcurrently(
            model_name="webhookdelivery",
            index=models.Index(
                condition=Q(delivered_at__isnull=True, failed_at__isnull=True),
                fields=["webhook", "seq"],
                name="webhook_delivery_waiting",
            ),
        ),
    ]
