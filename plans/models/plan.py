"""Plan: a local action plan against racism and intolerance."""

from datetime import date
from typing import Final, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import District
from lib.acting import Acting
from lib.days import city_today
from lib.field_limits import OF_LIMITS
from lib.id_lists import id_in
from lib.ids import uuid7
from plans.codes import PlanStatus
from plans.rules import quarter_before
from reports.queries.periods import Period
from reports.queries.statuses import final_on

FEWEST_MONTHS: Final = 3
MOST_MONTHS: Final = 12
_MONTHS: Final = _("Enter a number of months between 3 and 12.")


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, actor: Acting) -> Self:
        """Plans of districts of which the actor covers any part, including drafts."""
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        parts = District.objects.filter(
            id_in("pk", actor.district_ids), lineage__contains=[OuterRef("district_id")]
        )
        return self.filter(Exists(parts))

    def for_district(self, district: District) -> Self:
        """Plans that apply in the district: its own, and those of districts above it and of its parts."""
        return self.filter(Q(district__in=district.lineage) | Q(district__lineage__contains=[district.pk]))

    def adopted(self) -> Self:
        """Adopted plans, without drafts and closed plans."""
        return self.filter(status=PlanStatus.ADOPTED)

    def decided(self) -> Self:
        """Plans adopted at some time, also closed ones, because they stay public."""
        return self.exclude(status=PlanStatus.DRAFT)

    def with_progress(self, today: date) -> Self:
        """Annotate `due` and `done`: the number of milestones due by a day, and of those done."""
        path = "goals__actions__milestones"
        due = Q(**{f"{path}__due_on__lte": today, f"{path}__dropped_on": None})
        done = due & Q(**{f"{path}__done_on__isnull": False})
        return self.annotate(due=Count(path, filter=due), done=Count(path, filter=done))

    def with_district_and_keeper(self) -> Self:
        """Join district and keeper, which pages and API responses name."""
        return self.select_related("district", "keeper")


class Plan(models.Model):
    """A plan. `starts_on` and `ends_on` are half-open.

    `changes` counts changes after adoption, without progress.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    language = models.CharField(_("language"), max_length=10)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="plans", verbose_name=_("district")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("ends before"), help_text=_("The day after the last day of the plan."))
    status = models.CharField(
        _("status"), max_length=10, choices=PlanStatus, default=PlanStatus.DRAFT, editable=False
    )
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    adopted_by = models.CharField(
        _("adopted by"), max_length=120, blank=True, help_text=_("For example “City council”.")
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True, db_default=None, editable=False)
    closed_reason = models.CharField(
        _("why the plan was closed"), max_length=500, blank=True, default="", db_default=""
    )
    review_months = models.PositiveSmallIntegerField(
        _("months between reviews"),
        default=6,
        validators=[MinValueValidator(FEWEST_MONTHS), MaxValueValidator(MOST_MONTHS)],
        error_messages=dict.fromkeys(OF_LIMITS, _MONTHS),
    )
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("keeper"),
        help_text=_("Prepares the reviews and is told of late milestones."),
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_(
            "Public pages show the summary, who adopted the plan, goals, actions, milestones and their "
            "status once the plan is adopted. Partners are named only after they agree."
        ),
    )
    changes = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["updated_at", "id"], name="plan_by_update")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="plan_has_days",
                violation_error_message=_("The plan must end after its first day."),
            ),
            models.CheckConstraint(
                condition=Q(review_months__gte=FEWEST_MONTHS, review_months__lte=MOST_MONTHS),
                name="plan_is_reviewed",
                violation_error_message=_MONTHS,
            ),
            models.CheckConstraint(
                condition=Q(status="draft", adopted_on__isnull=True)
                | Q(status__in=["adopted", "closed"], adopted_on__isnull=False) & ~Q(adopted_by=""),
                name="plan_adoption_is_whole",
                violation_error_message=_("Enter when the plan was adopted and who adopted it."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)

    @property
    def last_day(self) -> date:
        return self.period.last_day

    @property
    def ended_on(self) -> date | None:
        """The day of closing, or the last day of a past plan; None while it runs."""
        if self.status == PlanStatus.CLOSED:
            return self.closed_on
        return self.last_day if self.is_adopted and self.ends_on <= city_today() else None

    @property
    def baseline_final_on(self) -> date:
        """The first day on which the figures of the quarter before the plan are final."""
        return final_on(Period(*quarter_before(self.starts_on)))

    @property
    def is_baseline_final(self) -> bool:
        return self.baseline_final_on <= city_today()

    @property
    def is_draft(self) -> bool:
        return self.status == PlanStatus.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether the plan is not closed, so that it can change."""
        return self.status != PlanStatus.CLOSED

    @property
    def is_adopted(self) -> bool:
        return self.status == PlanStatus.ADOPTED
