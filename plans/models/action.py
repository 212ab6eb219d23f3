"""Action of a goal, with its partners, milestones and evidence."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from lib.acting import Acting
from lib.ids import uuid7
from meetings.models import FollowUp, Meeting
from plans.codes import ENDED, ActionStatus, PartnerRole, PlanStatus
from plans.models.goal import Goal
from plans.models.plan import Plan
from practices.models import Practice


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(goal__plan__in=Plan.objects.visible_to(actor))


class Action(models.Model):
    """An action. `reason` explains why it was dropped, or done without evidence."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="actions")
    position = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(_("action"), max_length=160)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    practice = models.ForeignKey(
        Practice,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # a city has few actions
        verbose_name=_("practice"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ActionStatus, default=ActionStatus.PLANNED, editable=False
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("ends before"), null=True, blank=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "position"],
                name="action_position_once",
                violation_error_message=_("Two actions have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=ActionStatus.values),
                name="action_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="action_has_days",
                violation_error_message=_("The action must end after its first day."),
            ),
            models.CheckConstraint(
                condition=~Q(status="dropped") | ~Q(reason=""),
                name="action_dropped_for_a_reason",
                violation_error_message=_("Enter why the action was dropped."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PartnerQuerySet(models.QuerySet["Partner"]):
    def with_names(self, actor: Acting) -> Self:
        """Annotate `name` of the organisation, if the actor sees it."""
        visible = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation_id"))
        return self.annotate(name=Subquery(visible.values("name")[:1]))


class Partner(models.Model):
    """An organisation that takes part in an action. Its name is public only with its agreement."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=PartnerRole)
    contribution = models.CharField(_("what they do"), max_length=120, blank=True)
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    agreed_by = models.CharField(
        _("agreed by"),
        max_length=80,
        blank=True,
        help_text=_("Their role, for example “chair”. Do not enter a name."),
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action", "organisation"],
                name="partner_once",
                violation_error_message=_("This organisation is already a partner of the action."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=PartnerRole.values),
                name="partner_role_is_known",
                violation_error_message=_("Choose a role from the list."),
            ),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=True, agreed_by="")
                | Q(agreed_on__isnull=False) & ~Q(agreed_by=""),
                name="partner_agreement_is_whole",
                violation_error_message=_("Enter when they agreed, and the role of the person who did."),
            ),
        ]


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def with_names(self, actor: Acting) -> Self:
        """Annotate `subject` of the meeting or follow-up, if the actor sees it."""
        meeting = Meeting.objects.visible_to(actor).filter(pk=OuterRef("meeting_id"))
        follow_up = FollowUp.objects.visible_to(actor).filter(pk=OuterRef("follow_up_id"))
        return self.annotate(
            subject=models.functions.Coalesce(
                Subquery(meeting.values("subject")[:1]), Subquery(follow_up.values("title")[:1])
            )
        )


class Evidence(models.Model):
    """Evidence that an action was done: exactly one of a meeting, a follow-up or a web address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="evidence")
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("meeting"),
    )
    follow_up = models.ForeignKey(
        FollowUp,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("follow-up"),
    )
    url = models.URLField(_("web address"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting__isnull=False, follow_up__isnull=True, url="")
                | Q(meeting__isnull=True, follow_up__isnull=False, url="")
                | Q(meeting__isnull=True, follow_up__isnull=True) & ~Q(url=""),
                name="evidence_is_one_thing",
                violation_error_message=_("Choose a meeting or a follow-up, or enter a web address."),
            ),
        ]


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(action__goal__plan__in=Plan.objects.visible_to(actor))

    def open(self) -> Self:
        """Milestones neither done nor dropped, of actions that have not ended in an adopted plan."""
        rows = self.filter(done_on__isnull=True, dropped_on__isnull=True)
        rows = rows.filter(action__goal__plan__status=PlanStatus.ADOPTED)
        return rows.exclude(action__status__in=ENDED)


class Milestone(models.Model):
    """A milestone. `first_due_on` is the day in the adopted plan, also if `due_on` was moved.

    `marked_on` is the day of marking as done, also if `done_on` is earlier. Milestones from before this
    column have none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("milestone"), max_length=160)
    due_on = models.DateField(_("due date"))
    first_due_on = models.DateField(editable=False)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    marked_on = models.DateField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    dropped_on = models.DateField(null=True, editable=False)
    dropped_reason = models.CharField(_("why it was dropped"), max_length=500, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                name="milestone_open",
                condition=Q(done_on__isnull=True, dropped_on__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(dropped_on__isnull=True) | Q(done_on__isnull=True) & ~Q(dropped_reason=""),
                name="milestone_is_done_or_dropped",
                violation_error_message=_("A milestone that is done cannot be dropped."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.done_on is None and not self.is_dropped

    @property
    def is_dropped(self) -> bool:
        return self.dropped_on is not None

    @property
    def is_marked_later(self) -> bool:
        return self.done_on is not None and self.marked_on is not None and self.done_on < self.marked_on

    @property
    def is_moved(self) -> bool:
        return self.due_on != self.first_due_on
