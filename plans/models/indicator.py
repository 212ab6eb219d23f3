"""Indicator: the measure of a goal. IndicatorValue: a value that was entered by hand."""

from typing import Final, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import District
from lib.field_limits import OF_LIMITS
from lib.ids import uuid7
from plans.codes import Direction, Measure, Source, Unit
from plans.models.goal import Goal
from reports.queries.periods import Period

_FREQUENCY: Final = _("Enter a number of months between 1 and 36.")


class Indicator(models.Model):
    """An indicator from records (`measure` of the report `slug` in `district`), or with values by hand.

    `recorded_since` is the first day of records if they begin too late for a baseline. `target_reason`
    explains a target without a baseline.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(_("indicator"), max_length=160)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    slug = models.CharField(_("figure"), max_length=40, blank=True)
    measure = models.CharField(_("what of it"), max_length=10, choices=Measure, blank=True)
    district = models.ForeignKey(
        District,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("district"),
    )
    where_from = models.CharField(
        _("where it comes from"),
        max_length=200,
        blank=True,
        help_text=_("For example a survey or the prosecutor’s report."),
    )
    frequency_months = models.PositiveSmallIntegerField(
        _("months between values"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        error_messages=dict.fromkeys(OF_LIMITS, _FREQUENCY),
    )
    target = models.FloatField(_("target"), null=True, blank=True)
    target_on = models.DateField(_("target date"), null=True, blank=True)
    target_reason = models.CharField(_("reason for a target without a baseline"), max_length=500, blank=True)
    recorded_since = models.DateField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "position"],
                name="indicator_position_once",
                violation_error_message=_("Two indicators have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(source="book", where_from="", district__isnull=False)
                & ~Q(slug="")
                & ~Q(measure="")
                | Q(source="hand", slug="", measure="", district__isnull=True) & ~Q(where_from=""),
                name="indicator_has_one_source",
                violation_error_message=_("Choose a figure, or enter where the values come from."),
            ),
            models.CheckConstraint(
                condition=~Q(direction="no_target") | Q(target__isnull=True, target_on__isnull=True),
                name="indicator_without_target",
                violation_error_message=_("This indicator cannot have a target."),
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gte=0) & (~Q(unit="share") | Q(target__lte=1)),
                name="indicator_target_can_be",
                violation_error_message=_(
                    "Enter a target of 0 or more. A share cannot be more than the whole."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class IndicatorValueQuerySet(models.QuerySet["IndicatorValue"]):
    def standing(self) -> Self:
        """Values that no other value corrects."""
        return self.filter(corrected_by=None)


class IndicatorValue(models.Model):
    """A value that was entered by hand. A trigger protects the row: a correction is a new row.

    Values from records are kept figures (`plans.queries.values`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="values")
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("ends before"))
    n = models.FloatField(_("number"), null=True, blank=True)
    of = models.FloatField(_("out of"), null=True, blank=True)
    value = models.FloatField(_("value"), null=True, blank=True)
    as_of = models.DateTimeField(default=timezone.now, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    where_from = models.CharField(_("where it comes from"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="corrected_by"
    )

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "period_start", "period_end"],
                condition=Q(corrects__isnull=True),
                name="indicator_value_once",
                violation_error_message=_("This period already has a value. Correct that one."),
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")),
                name="indicator_value_has_days",
                violation_error_message=_("The end of the period must be after its start."),
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.period_start, self.period_end)
