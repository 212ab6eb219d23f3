"""Alerts about many different contacts in 30 days."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

_KINDS = ["past_limit", "unusual_day", "outside", "together", "community", "network"]


class Migration(migrations.Migration):
    dependencies = [("oversight", "0002_watched_records")]

    operations = [
        migrations.AlterField(
            "alert",
            "kind",
            models.CharField(
                choices=[
                    ("past_limit", "more contacts than the daily limit"),
                    ("unusual_day", "many more contacts than usual"),
                    ("outside", "many contacts outside the portfolio"),
                    ("together", "many different contacts in 30 days"),
                    ("community", "a search for a community among contacts"),
                    ("network", "an API key used from a new network"),
                ],
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint("alert", "alert_kind_is_known"),
        AddConstraintNotValid(
            "alert",
            models.CheckConstraint(
                condition=models.Q(kind__in=_KINDS),
                name="alert_kind_is_known",
                violation_error_message="Choose from the list.",
            ),
        ),
    ]
