"""Periods: past states of follow-ups and concerns, which figures about the past read."""

from typing import Any, ClassVar, Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.ids import uuid7
from meetings.codes import ConcernStatus, FollowUpStatus
from meetings.models.concern import Concern
from meetings.models.follow_up import FollowUp

_DATES: Final = Func(
    F("since"), F("until"), RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField()
)


class PeriodQuerySet(models.QuerySet[Any]):
    def valid(self) -> Self:
        """Periods that no correction has superseded."""
        return self.filter(superseded_at=None)

    def at(self, moment: object) -> Self:
        """Periods valid just before `moment`, which can be an expression.

        A change at `moment` is not included.
        """
        return self.valid().filter(Q(until=None) | Q(until__gte=moment), since__lt=moment)


class StatePeriod(models.Model):
    """A state from `since` to `until` (null: current).

    A correction adds a new row, and the old row gets the moment when it was superseded.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(default=timezone.now, db_default=Now())
    superseded_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True


class FollowUpPeriod(StatePeriod):
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="periods", db_index=False)
    status = models.CharField(max_length=12, choices=FollowUpStatus)
    due_on = models.DateField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["follow_up", "since"],
                include=["until", "status", "due_on", "completed_at"],
                condition=Q(superseded_at=None),
                name="follow_up_period_of_figures",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="follow_up_period_one_at_a_time",
                expressions=[(F("follow_up"), RangeOperators.EQUAL), (_DATES, RangeOperators.OVERLAPS)],
                condition=Q(superseded_at=None),
                violation_error_message=_("These dates overlap with another period of this follow-up."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="follow_up_period_ends_after_start",
                violation_error_message=_("The end of the period must be after its start."),
            ),
        ]


class ConcernPeriod(StatePeriod):
    """A state of a concern. `answered_at` stays set while the concern is closed."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="periods", db_index=False)
    status = models.CharField(max_length=10, choices=ConcernStatus)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["concern", "since"],
                include=["until", "status", "answered_at", "closed_at"],
                condition=Q(superseded_at=None),
                name="concern_period_of_figures",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="concern_period_one_at_a_time",
                expressions=[(F("concern"), RangeOperators.EQUAL), (_DATES, RangeOperators.OVERLAPS)],
                condition=Q(superseded_at=None),
                violation_error_message=_("These dates overlap with another period of this concern."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="concern_period_ends_after_start",
                violation_error_message=_("The end of the period must be after its start."),
            ),
        ]
