"""Organisations that put themselves forward. A supervisor decides, and no record is made before."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from audit.models import Action
from audit.services import record
from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from contacts.services.organisations import create_organisation
from lib.cleaning import assign
from lib.conflicts import check_version
from publishing.kinds import ListedField, RegistrationState
from publishing.models import Registration
from publishing.policies import can_edit_page
from reminders.services import refresh_reminders

OBJECT: Final = "registration"
HOLDS: Final = timedelta(hours=48)  # the link in the email
UNCONFIRMED_FOR: Final = timedelta(days=7)
REFUSED_FOR: Final = timedelta(days=90)
TEXTS_FOR: Final = timedelta(days=30)  # after it was accepted or joined
_OF_DECISION: Final = ("district", "organisation", "decided_by", "decided_at", "token_hash")
_OURS: Final = ("name", "kind", "summary", "website", "email", "phone", "languages")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def register(*, district_id: UUID, **fields: Any) -> tuple[Registration, str]:
    """A registration that waits for its confirmation, and the token of the link that confirms it.

    Raises ValidationError by field.
    """
    row = Registration(district_id=district_id)
    assign(row, fields)
    if row.is_home:
        row.fields = [name for name in row.fields if name != ListedField.ADDRESS]
    token = new_token()
    row.token_hash = hash_token(token)
    row.full_clean(exclude=[*_OF_DECISION, "mailed_at", "confirmed_at"])
    row.save(force_insert=True)
    return row, token


@transaction.atomic
def confirm_registration(*, token: str) -> None:
    """Confirm the address that the link was sent to. The answer is the same for a token that is unknown."""
    rows = Registration.objects.filter(
        token_hash=hash_token(token),
        state=RegistrationState.UNCONFIRMED,
        created_at__gt=timezone.now() - HOLDS,  # the public process asks the same (public_confirm)
    )
    rows.update(state=RegistrationState.CONFIRMED, confirmed_at=timezone.now(), token_hash=None)


@transaction.atomic
def accept_registration(
    *, actor: Actor, registration_id: UUID, version: int | None = None, **changes: Any
) -> Organisation:
    """Add the organisation. Nothing of the person is added: an officer meets them first.

    `changes` are fields of the organisation that the supervisor corrected. Raises DoesNotExist,
    PermissionDenied, StaleVersion, and ValidationError by field.
    """
    row = _to_decide(actor, registration_id, version)
    values: dict[str, Any] = {name: getattr(row, name) for name in _OURS}
    values |= {} if row.is_home else {"address": row.address}
    organisation = create_organisation(
        actor=actor,
        home_district=row.district,
        status=OrganisationStatus.ACTIVE,
        **(values | changes),
    )
    _decide(actor, row, RegistrationState.ACCEPTED, organisation)
    return organisation


@transaction.atomic
def join_registration(
    *, actor: Actor, registration_id: UUID, organisation_id: UUID, version: int | None = None
) -> Organisation:
    """The organisation is known already: nothing of it changes. Raises as `accept_registration`."""
    row = _to_decide(actor, registration_id, version)
    organisation: Organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    _decide(actor, row, RegistrationState.JOINED, organisation)
    return organisation


@transaction.atomic
def refuse_registration(
    *, actor: Actor, registration_id: UUID, reason: str, version: int | None = None
) -> Registration:
    """Reject a registration. Raises as `accept_registration`, and ValidationError without a reason."""
    row = _to_decide(actor, registration_id, version)
    assign(row, {"reason": reason})
    if not row.reason:
        raise ValidationError({"reason": _("Enter a reason.")})
    row.clean_fields(exclude=[*_OF_DECISION, "mailed_at"])
    _decide(actor, row, RegistrationState.REFUSED, None)
    return row


def tidy_registrations(now: datetime) -> int:
    """Delete registrations and their texts when their time is over, and return how many."""
    rows = Registration.objects.visible_to(SYSTEM)
    gone = rows.filter(state=RegistrationState.UNCONFIRMED, created_at__lt=now - UNCONFIRMED_FOR)
    gone |= rows.filter(state=RegistrationState.REFUSED, decided_at__lt=now - REFUSED_FOR)
    decided = (RegistrationState.ACCEPTED, RegistrationState.JOINED)
    gone |= rows.filter(state__in=decided, decided_at__lt=now - TEXTS_FOR)
    return gone.delete()[0]


def _to_decide(actor: Actor, registration_id: UUID, version: int | None) -> Registration:
    rows = Registration.objects.visible_to(actor).select_for_update(of=("self",))
    row: Registration = rows.select_related("district").get(pk=registration_id)
    if not can_edit_page(actor, row.district_id):
        raise PermissionDenied
    check_version(row.revision, version)
    if row.state != RegistrationState.CONFIRMED:
        raise ValidationError(_("This registration is already decided."), code="decided")
    return row


def _decide(actor: Actor, row: Registration, state: str, organisation: Organisation | None) -> None:
    row.state, row.organisation = state, organisation
    row.decided_by_id, row.decided_at = actor.id, timezone.now()
    row.revision += 1
    row.save()
    refresh_reminders("registered", row.pk)
    record(actor, Action.UPDATE, OBJECT, [row.pk], district_ids=[row.district_id], field_names=["state"])
