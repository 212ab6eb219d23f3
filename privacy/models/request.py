"""DataRequest: a person's request about their data, from receipt to answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from lib.acting import Acting
from lib.encryption import seal, unseal
from lib.ids import uuid7
from privacy.codes import (
    PENDING,
    Decision,
    Ground,
    Identity,
    Regime,
    RequestChannel,
    RequestKind,
    RequestStatus,
)
from privacy.rules.deadlines import CLOSE

STATED: Final = ("names", "phones", "emails", "organisations")
TO_CORRECT: Final = Q(correct_by__isnull=False, corrected_on__isnull=True)
_LAST_DAY: Final = Coalesce("correct_by", "extended_to", "due_on")
_PURPOSE: Final = "what a person stated in a request"


def sees_requests(actor: Acting) -> bool:
    """Whether the actor is a privacy officer or the system."""
    return actor.kind == "system" or (actor.kind == "user" and actor.role == Role.PRIVACY_OFFICER)


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, actor: Acting) -> Self:
        """All requests for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def pending(self) -> Self:
        """Requests that are not answered or withdrawn."""
        return self.filter(status__in=PENDING)

    def to_do(self) -> Self:
        """Pending requests, and records of organisations that must still be corrected."""
        return self.filter(Q(status__in=PENDING) | TO_CORRECT)

    def closed(self) -> Self:
        """Requests that are closed, with the record corrected."""
        return self.exclude(Q(status__in=PENDING) | TO_CORRECT)

    def due_first(self) -> Self:
        return self.order_by(_LAST_DAY, "number")

    def due_by(self, day: date) -> Self:
        """Requests to do whose last day is this one or an earlier one."""
        return self.to_do().alias(ends_on=_LAST_DAY).filter(ends_on__lte=day)

    def latest_first(self) -> Self:
        return self.order_by("-answered_on", "-number")

    def to_purge(self, today: date) -> Self:
        """Requests whose statement is no longer needed."""
        return self.filter(purge_on__lte=today, stated__isnull=False)


class DataRequest(models.Model):
    """A request by a person about their data.

    `stated` has the names, phones, emails and organisations that the person gave, encrypted. It is deleted on
    `purge_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=12, unique=True, editable=False)
    kind = models.CharField(_("request for"), max_length=20, choices=RequestKind)
    regimes = ArrayField(models.CharField(max_length=4, choices=Regime), verbose_name=_("law"))
    channel = models.CharField(_("received by"), max_length=10, choices=RequestChannel)
    received_on = models.DateField(_("received on"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    stated = models.BinaryField(null=True, editable=False)
    # A plain ID: with a reference, the page that merges contacts would count requests.
    contact_id = models.UUIDField(null=True, editable=False)
    # Contacts who may be the person (privacy.queries.contacts), frozen from receipt until the search has run.
    frozen_contact_ids = ArrayField(models.UUIDField(), default=list, db_default=[], editable=False)
    organisation_id = models.UUIDField(null=True, editable=False)  # which asked for its own record
    identity = models.CharField(_("identity"), max_length=20, choices=Identity, default=Identity.NOT_YET)
    identity_asked_on = models.DateField(_("identity asked on"), null=True, blank=True)
    identity_on = models.DateField(_("identity confirmed on"), null=True, blank=True)
    due_on = models.DateField(_("due"))
    extended_to = models.DateField(_("extended to"), null=True, blank=True)
    extension_reason = models.CharField(_("reason for the extension"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=RequestStatus, default=RequestStatus.OPEN)
    search_job = models.UUIDField(null=True, editable=False)
    searched_at = models.DateTimeField(null=True, editable=False)
    decision = models.CharField(_("decision"), max_length=20, choices=Decision, blank=True)
    grounds = ArrayField(
        models.CharField(max_length=30, choices=Ground), default=list, blank=True, verbose_name=_("grounds")
    )
    neither_confirm = models.BooleanField(_("neither confirm nor deny"), default=False)
    late_reason = models.CharField(_("reason for the delay"), max_length=300, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    # An organisation said that its record is wrong: the last day, and the day on which it was corrected.
    correct_by = models.DateField(_("correct by"), null=True, editable=False)
    corrected_on = models.DateField(_("corrected on"), null=True, editable=False)
    purge_on = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RequestKind.values)
                & Q(channel__in=RequestChannel.values)
                & Q(identity__in=Identity.values)
                & Q(status__in=RequestStatus.values)
                & Q(decision__in=["", *Decision.values]),
                name="data_request_codes_are_known",
                violation_error_message=_("Choose from the list."),
            ),
            models.CheckConstraint(
                condition=Q(regimes__len__gte=1),
                name="data_request_has_a_regime",
                violation_error_message=_("Choose at least one law."),
            ),
            models.CheckConstraint(
                condition=Q(identity=Identity.NOT_YET) ^ Q(identity_on__isnull=False),
                name="data_request_identity_has_a_day",
                violation_error_message=_("Enter the date on which the identity was confirmed."),
            ),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.ANSWERED) ^ Q(answered_on__isnull=True),
                name="data_request_answered_on_a_day",
                violation_error_message=_("Enter the date of the answer."),
            ),
            models.CheckConstraint(
                condition=Q(correct_by__isnull=True)
                | Q(kind=RequestKind.ORGANISATION_COPY, status=RequestStatus.ANSWERED),
                name="data_request_corrected_after_its_answer",
                violation_error_message=_("Answer the request of the organisation first."),
            ),
            models.CheckConstraint(
                condition=Q(neither_confirm=False) | Q(regimes__contains=[Regime.LED]),
                name="data_request_confirms_under_gdpr",
                violation_error_message=_("“Neither confirm nor deny” is for police law only."),
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="data_request_by_due_day")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_pending(self) -> bool:
        return self.status in PENDING

    @property
    def is_identified(self) -> bool:
        return self.identity != Identity.NOT_YET

    @property
    def last_day(self) -> date:
        """Last day to answer the request or, after the answer, to correct the record."""
        return self.correct_by or self.extended_to or self.due_on

    @property
    def is_to_correct(self) -> bool:
        return self.correct_by is not None and self.corrected_on is None

    @property
    def state_in_words(self) -> str:
        return gettext("Record to correct") if self.is_to_correct else str(self.get_status_display())

    @property
    def needs_search(self) -> bool:
        """Whether the person is searched for. An organisation gets its record without a search."""
        return self.organisation_id is None

    def days_left(self, today: date) -> int:
        """Days until the last day; negative if it has passed."""
        return (self.last_day - today).days

    def is_close(self, today: date) -> bool:
        return (self.is_pending or self.is_to_correct) and self.days_left(today) <= CLOSE

    def state_terms(self, terms: Mapping[str, Sequence[str]], *, with_data_keys: bool = True) -> None:
        """Encrypt the terms that the person stated."""
        statement = {name: list(terms.get(name, ())) for name in STATED}
        self.stated = seal(statement, place=_PURPOSE, row=self.pk, with_data_keys=with_data_keys)

    def terms(self) -> dict[str, list[str]]:
        """Return the terms that the person stated; empty after their deletion. Raises NotDecrypted."""
        if self.stated is None:
            return {name: [] for name in STATED}
        statement: dict[str, Any] = unseal(self.stated, place=_PURPOSE, row=self.pk)
        return statement
