"""Series: what happens again and again, such as a partnership's first Monday."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.ids import uuid7


class SeriesQuerySet(models.QuerySet["Series"]):
    def to_go_on(self) -> Self:
        """Those that may have days to come."""
        return self.filter(is_ended=False)


class Series(models.Model):
    """A rule and its first day. Its meetings or promises are rows of their own, made some time ahead.

    `rule` is the value of an RRULE (RFC 5545) without DTSTART. Days up to and with `made_until` have
    their rows. `clock` is when its meetings start, by the city's clocks: one of them may start later, where
    the clocks skip that time. Nobody sees a series but through its rows.
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
