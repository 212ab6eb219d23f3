"""Figures count the people of a district whose review is overdue without opening their rows."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0008_clues_are_searched")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                fields=["home_district", "review_on"],
                include=["created_at"],
                name="contact_review_of_district",
            ),
        ),
    ]
