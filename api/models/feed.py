"""CalendarFeed: the secret address from which a calendar app reads an officer's meetings."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.ids import uuid7


class CalendarFeed(models.Model):
    """A calendar subscription. A user has at most one, and only a keyed hash of its token is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(max_length=32, unique=True)
    with_subjects = models.BooleanField(
        _("include subjects and places"),
        default=False,
        help_text=_("Your calendar provider will be able to read this."),
    )
    with_follow_ups = models.BooleanField(
        _("include follow-ups"),
        default=False,
        db_default=False,
        help_text=_("Your open follow-ups, as all-day entries that do not block the day."),
    )
    created_at = models.DateTimeField(default=timezone.now)
