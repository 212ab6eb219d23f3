"""RetentionRule: a retention period of the city, as decided by a privacy officer."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.days import city_day, day_starts_at
from lib.ids import uuid7
from privacy.codes import RetentionCode
from privacy.models.request import sees_requests
from privacy.rules.retention import LEAST_DAYS, MOST_DAYS


class RetentionRuleQuerySet(models.QuerySet["RetentionRule"]):
    def visible_to(self, actor: Acting) -> Self:
        """All rules for privacy officers, none for anyone else."""
        return self.all() if sees_requests(actor) else self.none()

    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def acting_on(self, day: date) -> Self:
        """Rules in force since an earlier day, so that a wrong rule can be ended before it acts."""
        return self.in_force().filter(in_force_since__lt=day_starts_at(day))

    def is_in_force(self, code: str) -> Exists:
        """Return an expression for whether a rule is in force."""
        return Exists(self.in_force().filter(code=code))

    def hides_ended_roles(self) -> Exists:
        return self.is_in_force(RetentionCode.ENDED_ROLE)

    def attendance_days(self) -> int | None:
        """The days for which names of people at meetings are kept, if a rule is in force."""
        rule = self.in_force().filter(code=RetentionCode.ATTENDANCE)
        return rule.values_list("days", flat=True).first()

    def days(self) -> dict[str, int]:
        """The days of each rule, by its code."""
        return dict(self.values_list("code", "days"))

    def with_code(self, code: str) -> Self:
        """All versions of a rule, the latest first."""
        return self.filter(code=code).order_by("-number")


class RetentionRule(models.Model):
    """A version of a rule. What the rule does and what it counts from is in `privacy/inventory.toml`.

    A version never changes. A new version ends the one before. A counter limits the rows removed on a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, choices=RetentionCode, editable=False)
    number = models.PositiveIntegerField(editable=False)
    days = models.PositiveIntegerField(
        _("days"),
        validators=[MinValueValidator(LEAST_DAYS), MaxValueValidator(MOST_DAYS)],
    )
    basis = models.CharField(
        _("reason for this period"),
        max_length=300,
        help_text=_("The law, guideline or decision of the city. No names of people."),
    )
    in_force_since = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    confirmed_by = models.ForeignKey(  # none: a longer period, or a rule of an older release
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    # The last day on which the rule removed rows, and their number on that day.
    removed_on = models.DateField(null=True, editable=False)
    removed_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "number"],
                name="retention_rule_version_once",
                violation_error_message=_("Someone else has just changed this rule. Read it again."),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(ended_at__isnull=True),
                name="retention_rule_in_force_once",
                violation_error_message=_("This rule is already in force."),
            ),
            models.CheckConstraint(
                condition=Q(code__in=RetentionCode.values),
                name="retention_rule_is_known",
                violation_error_message=_("Choose from the list."),
            ),
            models.CheckConstraint(
                condition=Q(days__gte=LEAST_DAYS, days__lte=MOST_DAYS) & ~Q(basis=""),
                name="retention_rule_is_whole",
                violation_error_message=_("Enter the days and the reason for this period."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("in_force_since")),
                name="retention_rule_ends_after_it_began",
                violation_error_message=_("A rule ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} ({self.number})"

    @property
    def in_force_on(self) -> date:
        return city_day(self.in_force_since)

    def removed_on_day(self, day: date) -> int:
        """Return the number of rows that the rule has removed on this day."""
        return self.removed_count if self.removed_on == day else 0


class PendingRuleQuerySet(models.QuerySet["PendingRule"]):
    def visible_to(self, actor: Acting) -> Self:
        """All pending rules for privacy officers, none for anyone else. Confirmers read pending acts."""
        return self.all() if sees_requests(actor) else self.none()

    def with_code(self, code: str) -> Self:
        return self.filter(code=code)


class PendingRule(models.Model):
    """A new or shorter rule that a second person must confirm. It becomes a RetentionRule with the same ID.

    The fields are those of RetentionRule. `number` is the version of the confirmed rule.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, choices=RetentionCode, unique=True, editable=False)
    number = models.PositiveIntegerField(editable=False)
    days = models.PositiveIntegerField()
    basis = models.CharField(max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PendingRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=RetentionCode.values)
                & Q(days__gte=LEAST_DAYS, days__lte=MOST_DAYS)
                & ~Q(basis=""),
                name="pending_rule_is_whole",
                violation_error_message=_("Enter the days and the reason for this period."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} ({self.number})"
