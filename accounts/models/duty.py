"""Duty shifts: who is on duty in which districts, until when."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts import rules
from accounts.models.user import Role, User
from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7


class DutyReason(models.TextChoices):
    """Reasons for a duty shift."""

    NIGHT_DUTY = rules.NIGHT_DUTY, _("night duty")
    COLLEAGUE_AWAY = rules.COLLEAGUE_AWAY, _("a colleague is away")
    INCIDENT = rules.INCIDENT, _("an incident")
    EVENT = rules.EVENT, _("a public event")


class ShiftAnswer(models.TextChoices):
    """Answers of a supervisor, or of a privacy officer, about a district that an officer opened herself."""

    RIGHT = "right", _("right")
    QUESTION = "question", _("question")


def _open_at(moment: datetime, shift: str = "") -> models.Q:
    """The condition that a shift is open at this moment. `shift` leads to it from another row."""
    return models.Q(
        models.Q(**{f"{shift}ended_at__isnull": True}) | models.Q(**{f"{shift}ended_at__gt": moment}),
        **{f"{shift}starts_at__lte": moment, f"{shift}ends_at__gt": moment},
    )


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own shifts, and those in the actor's districts; an officer sees these until they end.

        Supervisors also see the shifts of their officers.
        """
        if actor.sees_everywhere:
            return self.all()
        opened = ShiftDistrict.objects.filter(shift=models.OuterRef("pk"))
        is_here = models.Exists(opened.reaching(actor.district_ids))
        if actor.role == Role.SUPERVISOR:
            through = User.districts.through
            officers_districts = through.objects.filter(
                user_id=models.OuterRef("user_id"), district_id__in=actor.district_ids
            )
            return self.filter(
                models.Q(user_id=actor.id) | models.Q(is_here) | models.Q(models.Exists(officers_districts))
            )
        if actor.kind == "key":
            return self.filter(is_here)
        here_until_end = self.model._default_manager.not_over_at(timezone.now()).filter(is_here)
        return self.filter(
            models.Q(user_id=actor.id, user_id__isnull=False) | models.Q(pk__in=here_until_end.values("pk"))
        )

    def open_at(self, moment: datetime) -> Self:
        """Shifts that are open at this moment."""
        return self.filter(_open_at(moment))

    def not_over_at(self, moment: datetime) -> Self:
        """Shifts that are open at this moment, or begin later."""
        return self.filter(
            models.Q(ended_at__isnull=True) | models.Q(ended_at__gt=moment), ends_at__gt=moment
        )

    def of_user(self, user_id: UUID | None) -> Self:
        return self.filter(user_id=user_id, user_id__isnull=False)

    def with_begun_districts(self) -> Self:
        """Shifts with a district that the officer opened herself."""
        rows = ShiftDistrict.objects.begun_by_oneself()
        return self.filter(models.Exists(rows.filter(shift=models.OuterRef("pk"))))

    def with_districts(self) -> Self:
        """Shifts with their people and their districts, by name."""
        districts = ShiftDistrict.objects.select_related("district").order_by("district__name", "pk")
        return self.select_related("user", "planned_by").prefetch_related(
            models.Prefetch("shift_districts", districts)
        )


class DutyShift(models.Model):
    """Hours in which an officer or a supervisor is on duty in some districts.

    An officer's shift opens these districts; a supervisor's opens nothing, it says who decides there. It ends
    at `ends_at` without a background task.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="duty_shifts", verbose_name=_("who is on duty")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=DutyReason)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)  # if ended early
    planned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("planned by")
    )  # null: the officer began it herself
    is_prolonged = models.BooleanField(default=False)  # by an hour, once
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at"))
                & models.Q(ends_at__lte=models.F("starts_at") + timedelta(hours=rules.MAX_SHIFT_HOURS)),
                name="shift_ends_in_time",
                violation_error_message=_("A shift lasts 12 hours at most."),
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=DutyReason.values),
                name="shift_reason_is_known",
                violation_error_message=_("Choose a reason from the list."),
            ),
            ExclusionConstraint(
                name="shift_one_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (
                        models.Func(
                            models.F("starts_at"),
                            Coalesce("ended_at", "ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("There is already a shift in these hours."),
            ),
        ]
        indexes = [models.Index(fields=["user", "-ends_at"], name="shift_of_user")]

    def __str__(self) -> str:
        begins = timezone.localtime(self.starts_at)
        day = date_format(begins, pgettext("Django date format of a day in full", "l j F"))
        return f"{self.user} · {day}, {begins:%H:%M}"

    @property
    def until(self) -> datetime:
        """When the shift ends, or ended."""
        return self.ended_at or self.ends_at

    @property
    def districts(self) -> list[District]:
        """The districts in the order they were loaded."""
        return [opened.district for opened in self.shift_districts.all()]

    def is_open_at(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.until


class ShiftDistrictQuerySet(models.QuerySet["ShiftDistrict"]):
    def visible_to(self, actor: Acting) -> Self:
        """Districts of the shifts that the actor sees."""
        return self.filter(shift__in=DutyShift.objects.visible_to(actor))

    def open_at(self, moment: datetime) -> Self:
        """Districts in which someone is on duty at this moment."""
        return self.filter(_open_at(moment, "shift__"), since__lte=moment)

    def reaching(self, district_ids: frozenset[UUID]) -> Self:
        """Districts that are among these or contain one of them."""
        containing = District.objects.filter(pk__in=district_ids)
        return self.filter(
            models.Exists(containing.filter(lineage__contains=[models.OuterRef("district_id")]))
        )

    def to_answer(self, actor: Acting, moment: datetime) -> Self:
        """Districts that officers opened themselves, about which the actor is to say whether that was right.

        Supervisors of the district do so; after 72 hours without an answer, privacy officers.
        """
        begun = self.begun_by_oneself().filter(answer="")
        if actor.role == Role.SUPERVISOR:
            return begun.filter(district__in=actor.district_ids)
        if actor.role == Role.PRIVACY_OFFICER:
            return begun.filter(since__lte=moment - rules.ANSWERED_WITHIN)
        return self.none()

    def begun_by_oneself(self) -> Self:
        """Districts that the officer opened without a supervisor."""
        begun = self.filter(added_by=models.F("shift__user"))
        return begun.exclude(shift__planned_by=models.F("shift__user"))  # a supervisor's own


class ShiftDistrict(models.Model):
    """A district of a shift, from `since`. With the root as district, it is the whole city."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shift = models.ForeignKey(DutyShift, on_delete=models.CASCADE, related_name="shift_districts")
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="+", verbose_name=_("district")
    )
    since = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Of a district that the officer opened herself: was it right?
    answer = models.CharField(max_length=10, choices=ShiftAnswer, blank=True, default="", db_default="")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ShiftDistrictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "district"],
                name="shift_district_once",
                violation_error_message=_("This district is already part of the shift."),
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | models.Q(
                    answer__in=ShiftAnswer.values, answered_by__isnull=False, answered_at__isnull=False
                ),
                name="shift_answer_is_of_somebody",
                violation_error_message=_("Choose from the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift} · {self.district}"
