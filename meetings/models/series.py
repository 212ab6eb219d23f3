"""Series: the recurrence of meetings or follow-ups, such as each first Monday."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.ids import uuid7


class SeriesQuerySet(models.QuerySet["Series"]):
    def to_continue(self) -> Self:
        """Series that have not ended."""
        return self.filter(is_ended=False)


class Series(models.Model):
    """A rule and its first day. Its meetings or follow-ups are separate rows, created some time ahead.

    `rule` is the value of an RRULE (RFC 5545) without DTSTART. All its days up to and including `made_until`
    have rows. `clock` is the start time of its meetings in the city's time zone. A meeting starts later if
    a clock change skips that time. A series is visible only through its rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=120)
    first_on = models.DateField()
    clock = models.TimeField(null=True)
    made_until = models.DateField()
    is_ended = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.CheckConstraint(
                condition=Q(made_until__gte=F("first_on")),
                name="series_is_made_from_its_start",
                violation_error_message=_("The last date must be on or after the first."),
            ),
        ]
