"""Incident: a protocol under way, with its steps and all calls to organisations."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from districts.models import District
from incidents.codes import (
    IncidentStatus,
    Need,
    Proof,
    ReachedBy,
    Result,
    StepStatus,
    TopicCovered,
    WithdrawalReason,
)
from incidents.models.protocol import Protocol, ProtocolStep
from lib.acting import Acting
from lib.id_lists import id_in
from lib.ids import uuid7
from meetings.models import Concern, FollowUp, Meeting


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, actor: Acting) -> Self:
        """Incidents in the actor's districts, or widened to one, unless the actor is excluded from them."""
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        widened = Incident.also_in.through.objects.filter(
            id_in("district", actor.district_ids), incident_id=OuterRef("pk")
        )
        rows = self.filter(id_in("district", actor.district_ids) | Exists(widened))
        if actor.recording_in:
            rows = rows.filter(pk=actor.recording_in)
        if actor.kind != "user" or actor.id is None:
            return rows
        excluded = Incident.excluded.through.objects.filter(incident_id=OuterRef("pk"), user_id=actor.id)
        return rows.exclude(Exists(excluded))

    def for_its_page(self, actor: Acting) -> Self:
        """Add everything for an incident's page, in one statement. `also_in_ids` is a list."""
        also_in = Incident.also_in.through.objects.filter(incident_id=OuterRef("pk")).values("district_id")
        names = ("protocol", "protocol__approved_by", "district", "words_agreed_by", "withdrawn_by")
        rows = self.select_related(*names).with_what_is_left().with_merged(actor)
        return rows.annotate(also_in_ids=ArraySubquery(also_in))

    def with_merged(self, actor: Acting) -> Self:
        """Add `merged_ids`: the incidents that were merged into it and that the actor can see."""
        merged = Incident.objects.visible_to(actor).filter(
            same_as=OuterRef("pk"), status=IncidentStatus.WITHDRAWN
        )
        return self.annotate(merged_ids=ArraySubquery(merged.order_by("pk").values("pk")))

    def with_what_is_left(self) -> Self:
        """Add the values for `missing_for_closing`: required texts, proofs, last level and debrief."""
        required = IncidentStep.objects.open().filter(incident=OuterRef("pk"), step__required=True)
        latest = Incident.objects.filter(pk=OuterRef("pk")).order_by("-assessments__number")
        proofs = ProtocolStep.objects.filter(protocol=OuterRef("protocol")).values("proof")
        return self.annotate(
            required_texts=ArraySubquery(required.in_order().values("step__text")),
            proofs=ArraySubquery(proofs),
            last_level=Subquery(latest.values("assessments__level")[:1]),
            has_debrief=Q(debrief__isnull=False),
        )

    def with_first_report(self, actor: Acting) -> Self:
        """Add kinds and place of the first concern that the actor can see, for its name."""
        visible = Organisation.objects.visible_to(actor).filter(pk=OuterRef("site_organisation"))
        reports = Concern.objects.visible_to(actor).filter(incident_link__incident=OuterRef("pk"))
        sees_place = Exists(visible)
        names = reports.order_by("received_at", "pk").values(
            row=JSONObject(
                id="pk",
                kinds="kinds",
                place="place",
                district="district__name",
                organisation=Case(When(sees_place, then="site_organisation__name")),
                organisation_id=Case(When(sees_place, then="site_organisation_id")),
            )
        )
        return self.annotate(first_report=Subquery(names[:1]))

    def under_way(self) -> Self:
        return self.filter(status__in=(IncidentStatus.OPEN, IncidentStatus.MONITORING))

    def not_withdrawn(self) -> Self:
        return self.exclude(status=IncidentStatus.WITHDRAWN)

    def late(self, moment: datetime) -> Self:
        """Incidents with an open step that is past its due time."""
        steps = IncidentStep.objects.open().filter(incident=OuterRef("pk"), due_at__lt=moment)
        return self.under_way().filter(Exists(steps))


class Incident(models.Model):
    """An incident. `words` is the agreed statement: facts only, with the user who agreed it and the time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    protocol = models.ForeignKey(
        Protocol, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("protocol")
    )
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("district")
    )
    # Its districts until each was redrawn, oldest first. Figures of that time count it there.
    earlier_district_ids = ArrayField(models.UUIDField(), default=list, editable=False)
    also_in = models.ManyToManyField(
        District, blank=True, related_name="visiting_incidents", verbose_name=_("also in")
    )
    excluded = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    started_at = models.DateTimeField(_("started"))
    status = models.CharField(
        _("status"), max_length=10, choices=IncidentStatus, default=IncidentStatus.OPEN, editable=False
    )
    words = models.TextField(
        _("agreed statement"),
        blank=True,
        max_length=1000,
        help_text=_("Facts only. No names, and nothing about who may have done it."),
    )
    words_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    words_agreed_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    reopened_at = models.DateTimeField(null=True, editable=False)
    # When it last moved to another district, so that the staff who knew of it there are notified.
    moved_at = models.DateTimeField(null=True, editable=False)
    # A reason without a moment: a supervisor has asked to withdraw it, and a second one decides.
    withdrawal_reason = models.CharField(
        _("why it was withdrawn"), max_length=12, blank=True, choices=WithdrawalReason, editable=False
    )
    # The incident that the reports of this one belong to, if it is the same event.
    same_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="same_events"
    )
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    # The number of affected organisations without steps, from which a supervisor chooses.
    left_out = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # The number that refused contact when steps were last planned. Figures list them separately.
    refused = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_("Organisations affected that asked not to be contacted."),
    )
    place_refused = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Whether the affected place asked not to be contacted."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["district", "-started_at", "id"], name="incident_of_district"),
            models.Index(fields=["updated_at", "id"], name="incident_by_update"),
            models.Index(
                fields=["started_at", "id"],
                name="incident_under_way",
                condition=Q(status__in=["open", "watching"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | Q(status__in=["open", "watching", "withdrawn"], closed_at__isnull=True),
                name="incident_status_has_moment",
                violation_error_message=_("A closed incident must have a date."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(withdrawal_reason="mistake", same_as__isnull=True)
                    | Q(withdrawal_reason="same_event", same_as__isnull=False)
                    | Q(withdrawal_reason="", same_as__isnull=True, withdrawn_by__isnull=True)
                )
                & (
                    Q(status="withdrawn", withdrawn_at__isnull=False)
                    | Q(~Q(status="withdrawn"), withdrawn_at__isnull=True)
                )
                & (~Q(status="withdrawn") | ~Q(withdrawal_reason="")),
                name="incident_withdrawal_has_reason",
                violation_error_message=_("Choose why the incident is withdrawn."),
            ),
            models.CheckConstraint(
                condition=~Q(same_as=F("id")),
                name="incident_not_same_as_itself",
                violation_error_message=_("Choose another incident."),
            ),
        ]

    def __str__(self) -> str:
        return self.protocol.name

    @property
    def report_seen(self) -> dict[str, Any] | None:
        """Kinds and place of the first report that the reader sees. None if not read `with_first_report`."""
        return vars(self).get("first_report")  # annotated

    @property
    def is_under_way(self) -> bool:
        return self.status in (IncidentStatus.OPEN, IncidentStatus.MONITORING)

    @property
    def is_withdrawn(self) -> bool:
        return self.status == IncidentStatus.WITHDRAWN


class IncidentConcern(models.Model):
    """A concern of an incident: several reports of one attack are one incident.

    `merged_from` is the withdrawn incident that had the concern before a merge.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="concern_links")
    concern = models.OneToOneField(Concern, on_delete=models.CASCADE, related_name="incident_link")
    merged_from = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+")


class IncidentClosing(models.Model):
    """A period in which an incident was closed, so that a reopening does not change past figures."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="closings")
    closed_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(reopened_at__isnull=True),
                name="incident_closed_once",
                violation_error_message=_("This incident is already closed."),
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | Q(reopened_at__gte=F("closed_at")),
                name="incident_reopened_after",
                violation_error_message=_("An incident is reopened after it was closed."),
            ),
        ]


class IncidentStepQuerySet(models.QuerySet["IncidentStep"]):
    def open(self) -> Self:
        return self.filter(status=StepStatus.OPEN)

    def with_visible_organisation(self, actor: Acting) -> Self:
        """Steps without an organisation, or for an organisation that the actor can see."""
        visible = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
        return self.filter(Q(organisation=None) | Exists(visible))

    def in_order(self) -> Self:
        return self.order_by("due_at", "step__position", "pk")

    def unseen_since(self, moment: datetime) -> Self:
        """Steps that their owners got by this moment and have not seen. What one takes over, one has seen."""
        return self.filter(seen_at__isnull=True, owner__isnull=False, given_at__lte=moment)

    def to_pass_on(self) -> Self:
        """Prefetch the relations that decide who is the next owner."""
        return self.select_related("step", "organisation")


class IncidentStep(models.Model):
    """A step of an incident. `done_at` is when it was done, `recorded_at` when that was recorded.

    `seen_at` is when its owner first opened the incident while they had the step.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="steps")
    step = models.ForeignKey(ProtocolStep, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="incident_steps"
    )
    given_at = models.DateTimeField(null=True)  # null: the owner took the step and needs no message
    seen_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField()
    escalate_at = models.DateTimeField(null=True)
    status = models.CharField(_("status"), max_length=10, choices=StepStatus, default=StepStatus.OPEN)
    done_at = models.DateTimeField(_("done at"), null=True)
    recorded_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = IncidentStepQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "due_at"], name="incident_step_open", condition=Q(status="open")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "step", "organisation"],
                name="incident_step_once",
                nulls_distinct=False,
                violation_error_message=_("The incident already has this step."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", done_at__isnull=True)
                | Q(
                    status__in=["done", "not_needed", "withdrawn"],
                    done_at__isnull=False,
                    recorded_at__isnull=False,
                ),
                name="incident_step_has_moment",
                violation_error_message=_("Enter when the step was done."),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.status == StepStatus.OPEN

    @property
    def is_of_call(self) -> bool:
        """Whether a call or visit settles the step. Prefetch `step`."""
        return self.step.proof in (Proof.REASSURANCE, Proof.VISIT)


class Reassurance(models.Model):
    """A call or visit to one organisation, successful or not, without the name of the person reached.

    Without an organisation, it was to an affected place that is no organisation, and writes no meeting.
    `meeting` is its entry on the organisation's timeline. `follow_up` is for calling again (`call_again_on`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="reassurances")
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        related_name="reassurances",
        verbose_name=_("organisation"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    channel = models.CharField(_("how"), max_length=12, choices=ReachedBy, default=ReachedBy.PHONE)
    result = models.CharField(_("result"), max_length=12, choices=Result)
    needs = ArrayField(
        models.CharField(max_length=24, choices=Need),
        default=list,
        blank=True,
        verbose_name=_("what they need"),
    )
    told = ArrayField(
        models.CharField(max_length=24, choices=TopicCovered),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("topics covered"),
    )
    call_again_on = models.DateField(_("call again on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    meeting = models.OneToOneField(
        Meeting, on_delete=models.SET_NULL, null=True, editable=False, related_name="reassurance"
    )
    follow_up = models.OneToOneField(
        FollowUp, on_delete=models.SET_NULL, null=True, editable=False, related_name="reassurance"
    )

    class Meta:
        indexes = [models.Index(fields=["incident", "organisation", "at"], name="reassurance_of_incident")]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=ReachedBy.values) & Q(result__in=Result.values),
                name="reassurance_codes_are_known",
                violation_error_message=_("Choose how and with which result from the lists."),
            ),
            models.CheckConstraint(
                condition=Q(needs__contained_by=Need.values),
                name="reassurance_needs_are_known",
                violation_error_message=_("Choose what they need from the list."),
            ),
            models.CheckConstraint(
                condition=Q(told__contained_by=TopicCovered.values),
                name="reassurance_told_is_known",
                violation_error_message=_("Choose topics from the list."),
            ),
            models.CheckConstraint(
                condition=Q(recorded_at__gte=F("at")),
                name="reassurance_was_before",
                violation_error_message=_("The time must not be in the future."),
            ),
        ]


class CallInProgress(models.Model):
    """A call to an organisation, or to the affected place, that a user is making now.

    It is deleted with the result of the call.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="calls_in_progress")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "organisation"],
                name="call_in_progress_once",
                nulls_distinct=False,
                violation_error_message=_("Someone else is calling already."),
            ),
        ]
