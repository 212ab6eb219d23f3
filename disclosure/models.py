"""Contacts that users read, and their number on each day (docs/adr/0048)."""

from django.conf import settings
from django.db import models


class PersonRead(models.Model):
    """A contact that a user read on a day, on pages or through the API in a browser session."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    contact_id = models.UUIDField()
    is_outside = models.BooleanField(default=False, db_default=False)  # outside the user's portfolio

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day", "contact_id"], name="person_read_once")]


class ReadingDay(models.Model):
    """The number of contacts that a user read on a day, and whether they gave a reason to pass the limit.

    The numbers are written when the day is over. They stay longer than its rows of PersonRead.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    contacts = models.PositiveIntegerField(default=0)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="reading_day_once")]
