"""Finds a concern by its reference in the case system."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meetings", "0013_concern_external_ids")]

    operations = [
        AddIndexConcurrently(
            model_name="concern",
            index=models.Index(
                condition=~Q(case_reference=""), fields=["case_reference"], name="concern_by_case"
            ),
        ),
    ]
