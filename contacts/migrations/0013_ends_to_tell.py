"""Finds the roles that ended by their day without asking each one."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0012_ends_are_told")]

    operations = [
        AddIndexConcurrently(
            model_name="affiliation",
            index=models.Index(
                condition=Q(until__isnull=False) & (Q(told_until__isnull=True) | ~Q(told_until=F("until"))),
                fields=["until"],
                name="affiliation_end_untold",
            ),
        ),
    ]
