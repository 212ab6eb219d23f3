"""Acts that need two people: one person requests an act, and a second person confirms it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.models.user import Role, User
from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7


class Act(models.TextChoices):
    """The acts that need two people. `rules.ACTS` has the roles of the second person."""

    ROLE = rules.ROLE, _("role")
    DISTRICTS = rules.DISTRICTS, _("districts")
    EMAIL = rules.EMAIL, _("email address")
    SECOND_FACTOR = rules.SECOND_FACTOR, _("new two-factor authentication")
    REACTIVATION = rules.REACTIVATION, _("signing in again")
    API_KEY = rules.API_KEY, _("API key")
    ARCHIVE = rules.ARCHIVE, _("archive of a district")
    EXPORT = rules.EXPORT, _("export of many contacts")
    EXCLUSION = rules.EXCLUSION, _("exclusion from an incident")
    WITHDRAWAL = rules.WITHDRAWAL, _("withdrawal of an incident")
    PROTOCOL = rules.PROTOCOL, _("draft of a protocol")
    ERASURE = rules.ERASURE, _("erasure of a contact")
    PUBLIC_ENTRY = rules.PUBLIC_ENTRY, _("public entry")
    ERASING = rules.ERASING, _("erasure of a person’s data")
    SEARCHING = rules.SEARCHING, _("search for a word about a community")
    RETENTION = rules.RETENTION, _("retention rule")


class PendingActQuerySet(models.QuerySet["PendingAct"]):
    def visible_to(self, actor: Acting) -> Self:
        """Pending acts that the actor's role can confirm or is notified of, with any requester."""
        if actor.kind == "system":
            return self.waiting()
        notified = self.model._default_manager.notifying(actor).values("pk")
        confirmable = self.model._default_manager.confirmable_by(actor).values("pk")
        return self.waiting().filter(models.Q(pk__in=notified) | models.Q(pk__in=confirmable))

    def notifying(self, actor: Acting) -> Self:
        """Pending acts of which the actor's whole role is notified."""
        kinds = [kind for kind, act in rules.ACTS.items() if actor.role in act.notified]
        return self.waiting().filter(kind__in=kinds) if kinds else self.none()

    def confirmable_by(self, actor: Acting) -> Self:
        """Pending acts that the actor's role can confirm (`rules.ACTS`), with any requester.

        Supervisors see those within their districts. Confirmers see no new address or second factor of an
        account above officer, except of a privacy officer: a city may have only one.
        """
        waiting = self.waiting()
        if actor.kind == "system":
            return waiting
        kinds = [kind for kind, act in rules.ACTS.items() if actor.role in act.confirms]
        acts = waiting.filter(kind__in=kinds)
        above = models.Q(user__role__in=rules.ABOVE_OFFICER) | ~models.Q(user__asked_role="")
        if actor.role == Role.CONFIRMER:
            takeover = models.Q(kind__in=rules.TAKES_OVER) & above
            return acts.exclude(takeover & ~models.Q(user__role=Role.PRIVACY_OFFICER))
        return acts.filter(_within(actor, above)) if actor.role == Role.SUPERVISOR else acts

    def concerning(self, *, user: User | None = None, subject: UUID | None = None) -> Self:
        """Acts on this account, or on another row."""
        return self.filter(user=user, subject=subject)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def waiting(self) -> Self:
        """Acts without a decision, and confirmed acts before they take effect."""
        return self.filter(decided_at__isnull=True)

    def expired(self, moment: datetime) -> Self:
        """Pending acts without a decision in time."""
        waiting = self.waiting().filter(takes_effect_at__isnull=True)
        return waiting.filter(asked_at__lte=moment - rules.ACT_WAITS)

    def taking_effect(self, moment: datetime) -> Self:
        """Confirmed acts whose delay is over."""
        return self.waiting().filter(takes_effect_at__lte=moment)

    def to_mail(self, moment: datetime) -> Self:
        """Acts with a due email: pending acts, and acts in effect of which others are notified."""
        notified_kinds = [kind for kind, act in rules.ACTS.items() if act.notified] + [rules.ROLE]
        lately = models.Q(is_confirmed=True, kind__in=notified_kinds, decided_at__gt=moment - rules.ACT_WAITS)
        return self.filter(lately | models.Q(decided_at__isnull=True), mailed_at__isnull=True)

    def in_order(self) -> Self:
        """Oldest first."""
        return self.order_by("asked_at", "pk")


def _within(actor: Acting, above: models.Q) -> models.Q:
    """Return the condition that all districts of an act, or of its account, belong to the actor."""
    elsewhere = District.objects.exclude(pk__in=actor.district_ids)
    own_districts, other_districts = (
        rows.filter(pending_acts=models.OuterRef("pk")) for rows in (District.objects, elsewhere)
    )
    user_districts, other_user_districts = (
        rows.filter(users=models.OuterRef("user")) for rows in (District.objects, elsewhere)
    )
    of_districts = (
        models.Q(kind__in=rules.OF_DISTRICTS) & models.Exists(own_districts) & ~models.Exists(other_districts)
    )
    takes_effect = models.Q(kind__in=(Act.EMAIL, Act.REACTIVATION)) & ~above
    promotes = models.Q(kind=Act.ROLE, user__asked_role=Role.SUPERVISOR)
    return of_districts | (takes_effect | promotes) & models.Exists(user_districts) & ~models.Exists(
        other_user_districts
    )


class PendingAct(models.Model):
    """An act that waits for a second person. It takes effect when that person confirms it, or days later.

    It is about the account `user`, or about another row, whose ID is `subject`: the app that knows the row
    declares the effect (accounts.services.effects). Decided rows stay: for a week, a person helped by an
    act cannot be the second person of its requester (accounts.policies).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="acts")
    subject = models.UUIDField(null=True)  # plain ID, as in the activity log
    kind = models.CharField(max_length=20, choices=Act)
    email = models.EmailField(blank=True)  # the requested address
    # Requested districts of an account, or districts whose records are exported.
    districts = models.ManyToManyField(District, blank=True, related_name="pending_acts")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)  # when the people who can confirm it were notified
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # The role that was asked for.
    role = models.CharField(max_length=20, choices=Role, blank=True, default="", db_default="")
    # If it was confirmed by `decided_by` and takes effect later. Until then there is no `decided_at`.
    takes_effect_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    is_confirmed = models.BooleanField(default=False)

    objects = PendingActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(decided_at__isnull=True),
                name="account_request_once",
                violation_error_message=_("This has already been requested."),
            ),
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=models.Q(decided_at__isnull=True),
                name="pending_act_once",
                violation_error_message=_("This has already been requested."),
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) ^ models.Q(subject__isnull=False),
                name="pending_act_is_about_one",
                violation_error_message=_("Choose an account or another record."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Act.values),
                name="pending_act_kind_is_known",
                violation_error_message=_("Choose from the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.subject} · {self.get_kind_display()}"

    @property
    def is_agreed(self) -> bool:
        """Whether a second person has confirmed the act, which takes effect later."""
        return self.takes_effect_at is not None and self.decided_at is None

    @property
    def ends_at(self) -> datetime:
        """The time when an undecided act is withdrawn."""
        return self.asked_at + rules.ACT_WAITS
