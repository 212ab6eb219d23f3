"""Protocol: the agreed steps for a kind of event, in versions that never change once in force."""

from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules
from contacts.models import Organisation
from districts.models import District
from incidents.codes import DECIDING, OF_A_DECISION, Proof, ProtocolStatus, StepEach, StepWho
from lib.acting import Acting
from lib.field_limits import OF_LIMITS
from lib.ids import uuid7
from meetings.codes import ConcernKind

LONGEST_MINUTES: Final = 30 * 24 * 60
_MINUTES: Final = _("Enter a number of minutes between 1 and 43,200.")


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    def visible_to(self, actor: Acting) -> Self:
        """All protocols for actors who cover a district, because protocols are public rules without names.

        Confirmers see drafts.
        """
        if actor.role == rules.CONFIRMER:
            return self.filter(status=ProtocolStatus.DRAFT)
        return self.all() if actor.sees_everywhere or actor.district_ids else self.none()

    def in_force(self) -> Self:
        return self.filter(status=ProtocolStatus.IN_FORCE)

    def holding_in(self, district: District) -> Self:
        """Protocols in force in a district: its own, its ancestors' and the whole city's."""
        return self.in_force().filter(Q(district__isnull=True) | Q(district__in=district.lineage))


class Protocol(models.Model):
    """A version of a protocol. `district` is empty for the whole city; a district's own overrides it.

    A trigger keeps a version as it was once it is in force (migration 0002).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    about = models.TextField(_("about"), blank=True, max_length=1000)
    district = models.ForeignKey(
        District,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="protocols",
        verbose_name=_("district"),
    )
    number = models.PositiveIntegerField(default=1, editable=False)
    kinds = ArrayField(
        models.CharField(max_length=30, choices=ConcernKind), verbose_name=_("kinds of concern that start it")
    )
    needs_bias = models.BooleanField(
        _("only if bias is possible"),
        default=True,
        help_text=_("A perception is enough. “Not known yet” counts as possible."),
    )
    opens_itself = models.BooleanField(
        _("opens as soon as the concern is saved"),
        default=False,
        help_text=_("Otherwise it is offered on the concern’s page."),
    )
    holding_statement = models.TextField(
        _("holding statement"),
        blank=True,
        max_length=1000,
        help_text=_("What everyone can say at once. Approved with the protocol."),
    )
    review_on = models.DateField(_("review date"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ProtocolStatus, default=ProtocolStatus.DRAFT, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    in_force_since = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "district", "number"],
                name="protocol_number_once",
                nulls_distinct=False,
                violation_error_message=_("This version of the protocol already exists."),
            ),
            models.UniqueConstraint(
                fields=["code", "district"],
                condition=Q(status="in_force"),
                name="protocol_one_in_force",
                nulls_distinct=False,
                violation_error_message=_("Another version of this protocol is in force."),
            ),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=ConcernKind.values) & Q(kinds__len__gt=0),
                name="protocol_kinds_are_known",
                violation_error_message=_("Select at least one kind of concern from the list."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft", in_force_since__isnull=True)
                | Q(status__in=["in_force", "replaced"], in_force_since__isnull=False),
                name="protocol_in_force_since",
                violation_error_message=_("A protocol in force must have a date."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.status == ProtocolStatus.DRAFT


class ProtocolStep(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what to do"), max_length=120)
    hint = models.CharField(_("hint"), max_length=500, blank=True)
    who = models.CharField(_("who"), max_length=16, choices=StepWho)
    each = models.CharField(_("done for"), max_length=18, choices=StepEach, default=StepEach.ONCE)
    due_minutes = models.PositiveIntegerField(
        _("minutes until due"),
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MINUTES)],
        error_messages=dict.fromkeys(OF_LIMITS, _MINUTES),
    )
    may_wait = models.BooleanField(_("can wait for the morning"), default=True)
    proof = models.CharField(_("done when there is"), max_length=16, choices=Proof, default=Proof.TICK)
    escalate_after_minutes = models.PositiveIntegerField(
        _("minutes until supervisors are notified"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MINUTES)],
        error_messages=dict.fromkeys(OF_LIMITS, _MINUTES),
    )
    required = models.BooleanField(_("required to close"), default=False)
    only_for = ArrayField(
        models.CharField(max_length=30, choices=ConcernKind),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("only for these kinds of concern"),
        help_text=_("Empty: for all. For example, a threat needs no cleaning."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["protocol", "position"],
                name="protocol_step_position_once",
                violation_error_message=_("Two steps have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(due_minutes__gte=1, due_minutes__lte=LONGEST_MINUTES),
                name="protocol_step_due_in_time",
                violation_error_message=_MINUTES,
            ),
            models.CheckConstraint(
                condition=Q(who__in=StepWho.values) & Q(each__in=StepEach.values) & Q(proof__in=Proof.values),
                name="protocol_step_codes_are_known",
                violation_error_message=_(
                    "Choose who does it, what it is done for and the proof from the lists."
                ),
            ),
            models.CheckConstraint(
                condition=Q(only_for__contained_by=ConcernKind.values),
                name="protocol_step_only_for_known",
                violation_error_message=_("Choose kinds of concern from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def needs_decision(self) -> bool:
        """Whether only a user who decides in the incident can finish the step."""
        return self.proof in OF_A_DECISION

    @property
    def given_to(self) -> str:
        """The assignee of the step. If `who` cannot finish it (older versions), a supervisor."""
        return StepWho.SUPERVISOR if self.needs_decision and self.who not in DECIDING else self.who

    def clean(self) -> None:
        if self.who and self.given_to != self.who:
            raise ValidationError({"who": _("Choose a supervisor. Only a supervisor can finish this step.")})


class ProtocolAgreement(models.Model):
    """An organisation with which a version of a protocol was agreed."""

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="agreements")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField(_("agreed on"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["protocol", "organisation"],
                name="protocol_agreed_once",
                violation_error_message=_("This organisation is already listed."),
            ),
        ]
