"""Registrations of organisations. No organisation is added before a supervisor decides."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from audit.models import Action, Event, Op
from audit.services import record
from contacts.codes import ContactWish, OrganisationStatus
from contacts.merging.relations import Memory
from contacts.models import Organisation
from contacts.queries.duplicates import similar_organisations
from contacts.services.organisations import create_organisation
from lib.acting import Acting
from lib.cleaning import assign
from lib.conflicts import check_version
from lib.erasable import Keys, Rewrite, write_texts
from lib.row_context import Opened, opened
from lib.waking import wake_on_commit
from publishing.codes import ListedField, RegistrationState, Wants
from publishing.models import Registration
from publishing.policies import can_edit_page
from reminders.services.reminders import refresh_reminders

OBJECT: Final = "registration"
SEND: Final = "publishing.mail_registrations"
HOLDS: Final = timedelta(hours=48)  # the link in the email
WORD_HOLDS: Final = timedelta(days=14)  # the link to the office of a known organisation
UNCONFIRMED_FOR: Final = timedelta(days=7)
REFUSED_FOR: Final = timedelta(days=90)
TEXTS_FOR: Final = timedelta(days=30)  # after it was accepted or joined
_OF_DECISION: Final = (
    *("district", "organisation", "decided_by", "decided_at", "token_hash"),
    *("word_asked_at", "word_at", "word_by"),
)
_OURS: Final = ("name", "kind", "summary", "website", "email", "phone", "languages")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def register(*, district_id: UUID, **fields: Any) -> tuple[Registration, str]:
    """Add an unconfirmed registration and return it with the token of its confirmation link.

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
    """Confirm the email address of the sender of a registration, or of a known organisation.

    An unknown token is ignored, so that no one learns which tokens exist. The public process does the same
    (public_confirm).
    """
    rows = Registration.objects.filter(
        token_hash=hash_token(token),
        state=RegistrationState.UNCONFIRMED,
        created_at__gt=timezone.now() - HOLDS,
    )
    rows.update(state=RegistrationState.CONFIRMED, confirmed_at=timezone.now(), token_hash=None)
    words = Registration.objects.filter(
        token_hash=hash_token(token),
        state=RegistrationState.JOINED,
        word_asked_at__gt=timezone.now() - WORD_HOLDS,
    )
    words.update(word_at=timezone.now(), token_hash=None)


@transaction.atomic
def accept_registration(
    *, actor: Actor, registration_id: UUID, version: int | None = None, **changes: Any
) -> Organisation:
    """Add the organisation of a registration, without its contact person. An officer meets them first.

    `changes` are fields that the supervisor has corrected. Raises DoesNotExist, PermissionDenied,
    StaleVersion, and ValidationError by field or for an organisation that may be known already.
    """
    row = _registration_to_decide(actor, registration_id, version)
    _refuse_known(row)
    values: dict[str, Any] = {name: getattr(row, name) for name in _OURS}
    values |= {} if row.is_home else {"address": row.address}
    organisation = create_organisation(
        actor=actor,
        home_district=row.district,
        status=OrganisationStatus.ACTIVE,
        **(values | changes),
    )
    _record_decision(actor, row, RegistrationState.ACCEPTED, organisation)
    return organisation


@transaction.atomic
def join_registration(
    *, actor: Actor, registration_id: UUID, organisation_id: UUID, version: int | None = None
) -> Organisation:
    """Join a registration with a known organisation, which does not change. Raises as `accept_registration`.

    The sender may be someone else. So if the registration asks for a listing, a link is sent to the email
    address on record. Nothing is listed before the organisation has agreed.
    """
    row = _registration_to_decide(actor, registration_id, version)
    organisation: Organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    reachable = organisation.contact_wish == ContactWish.WELCOME and not organisation.has_protected_location
    is_old = not _changed_since(row.created_at, organisation, Q(field_names__contains=["email"]))
    if row.wants == Wants.LISTED and organisation.email and reachable and is_old:
        row.word_email, row.word_asked_at = organisation.email, timezone.now()
        wake_on_commit(SEND)
    _record_decision(actor, row, RegistrationState.JOINED, organisation)
    return organisation


@transaction.atomic
def record_word(*, actor: Actor, registration_id: UUID, phone: str, version: int | None = None) -> None:
    """Record that the actor rang a known organisation at its number on record, and that it agreed.

    Raises DoesNotExist, PermissionDenied, StaleVersion, and ValidationError for any other number.
    """
    row = _locked_registration(actor, registration_id, version)
    if not row.waits_for_word or row.organisation is None:
        raise ValidationError(_("This registration does not wait for the organisation."), code="decided")
    if phone not in known_phones(row.organisation, row):
        raise ValidationError({"phone": _("Choose a number that is on record for the organisation.")})
    row.word_phone, row.word_by_id, row.word_at, row.token_hash = phone, actor.id, timezone.now(), None
    row.revision += 1
    row.save()
    _record_change(actor, row, ["word_at"])


def known_phones(organisation: Organisation, row: Registration) -> list[str]:
    """Return the phone numbers that were on record before this registration was sent."""
    phones: list[str] = []
    if not _changed_since(row.created_at, organisation, Q(field_names__contains=["phone"])):
        phones.append(str(organisation.phone))
    detail_changes = Q(field_names__contains=["other_details"]) | Q(action=Action.MERGE)
    if not _changed_since(row.created_at, organisation, detail_changes):
        phones += organisation.other_details.filter(channel="phone").values_list("value", flat=True)
    return list(dict.fromkeys(filter(None, phones)))


def _changed_since(moment: datetime, organisation: Organisation, change_filter: Q) -> bool:
    """Whether the organisation was added since `moment`, or the activity log has a change in the filter."""
    events = Event.objects.filter(
        object_ids__contains=[organisation.pk], changes__object_id=organisation.pk, at__gte=moment
    )
    return events.filter(change_filter | Q(changes__op=Op.CREATED)).exists()


def ask_word_again(
    actor: Actor, organisation: Organisation, memory: Memory, changed: set[str] | None = None
) -> None:
    """Make registrations of a merged organisation wait for its agreement, as for a known organisation.

    `changed`: only registrations that want one of these details listed. None means all.
    """
    rows = Registration.objects.with_wish_to_be_listed(organisation.pk)
    for row in rows.select_for_update(of=("self",)):
        if changed is None or changed & {*row.fields, "name"}:
            memory.remember([row], counter="revision")
            row.state, row.token_hash = RegistrationState.JOINED, None
            row.word_email, row.word_phone = "", ""
            row.word_asked_at = row.word_at = row.word_by = None
            row.revision += 1
            row.save()
            _record_change(actor, row, ["state", "word_at"])


def refuse_without_word(organisation: Organisation) -> None:
    """Raise ValidationError if someone registered this organisation and it has not agreed itself.

    A rejected registration changes nothing: a listed organisation stays listed and its listing can be
    changed. An organisation that is not listed has still not agreed.
    """
    rows = Registration.objects.without_word(organisation.pk)
    if rows.exclude(state=RegistrationState.REFUSED).exists():
        text = _(
            "Someone registered this organisation to be listed. Wait until its office opens the link, or "
            "ring the number on record."
        )
        raise ValidationError(text, code="word")
    if not organisation.is_listed_publicly and rows.exists():
        text = _(
            "Someone registered this organisation to be listed, and the registration was rejected. Ring the "
            "number on record first: the registration is under Public pages."
        )
        raise ValidationError(text, code="word")


@transaction.atomic
def refuse_registration(
    *, actor: Actor, registration_id: UUID, reason: str, version: int | None = None
) -> Registration:
    """Reject a registration. A joined registration still names the organisation, which has not agreed.

    Raises as `accept_registration`, and ValidationError without a reason.
    """
    row = _locked_registration(actor, registration_id, version)
    if row.is_rejected or (row.state != RegistrationState.CONFIRMED and not row.waits_for_word):
        raise ValidationError(_("This registration is already decided."), code="decided")
    assign(row, {"reason": reason})
    if not row.reason:
        raise ValidationError({"reason": _("Enter a reason.")})
    row.clean_fields(exclude=[*_OF_DECISION, "mailed_at"])
    _record_decision(actor, row, RegistrationState.REFUSED, row.organisation)
    return row


def tidy_registrations(now: datetime) -> int:
    """Delete registrations and their texts when their time is over, and return their number."""
    rows = Registration.objects.visible_to(SYSTEM)
    outdated_rows = rows.filter(state=RegistrationState.UNCONFIRMED, created_at__lt=now - UNCONFIRMED_FOR)
    outdated_rows |= rows.filter(state=RegistrationState.REFUSED, decided_at__lt=now - REFUSED_FOR)
    decided = (RegistrationState.ACCEPTED, RegistrationState.JOINED)
    outdated_rows |= rows.filter(state__in=decided, decided_at__lt=now - TEXTS_FOR)
    return outdated_rows.delete()[0]


def forget_registrants(actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    """Delete registrations whose contact person is erased, and rewrite other texts of registrations."""

    def rewrite_or_delete(row: Registration) -> Mapping[str, Any]:
        values = rewrite(row)
        if any(name.startswith("person_") for name in values):
            row.delete()
            return {}
        return values

    write_texts(Registration, actor, keys, rewrite_or_delete)


@opened(Opened.WRITER)
def _refuse_known(row: Registration) -> None:
    """Raise ValidationError if any district knows an organisation of this name, phone, email or website.

    The sender may have used the organisation's name with a phone of their own. Only `join_registration` asks
    its office.
    """
    similar = similar_organisations(
        SYSTEM, name=row.name, phone=row.phone, email=row.email, website=row.website
    )
    if any(match.is_strong for match in similar):
        text = _(
            "An organisation with this name, phone, email or website is already known, perhaps in another "
            "district. Select “It is this one”, and its own office is asked. If this is another one, meet it "
            "first, add it to the organisations yourself, and reject this registration."
        )
        raise ValidationError(text, code="known")


def _registration_to_decide(actor: Actor, registration_id: UUID, version: int | None) -> Registration:
    row = _locked_registration(actor, registration_id, version)
    if row.state != RegistrationState.CONFIRMED:
        raise ValidationError(_("This registration is already decided."), code="decided")
    return row


def _locked_registration(actor: Actor, registration_id: UUID, version: int | None) -> Registration:
    rows = Registration.objects.visible_to(actor).select_for_update(of=("self",))
    row: Registration = rows.select_related("district").get(pk=registration_id)
    if not can_edit_page(actor, row.district_id):
        raise PermissionDenied
    check_version(row.revision, version)
    return row


def _record_decision(actor: Actor, row: Registration, state: str, organisation: Organisation | None) -> None:
    row.state, row.organisation = state, organisation
    row.decided_by_id, row.decided_at = actor.id, timezone.now()
    row.revision += 1
    row.save()
    refresh_reminders("registered", row.pk)
    _record_change(actor, row, ["state"])


def _record_change(actor: Actor, row: Registration, names: list[str]) -> None:
    record(actor, Action.UPDATE, OBJECT, [row.pk], district_ids=[row.district_id], field_names=names)
