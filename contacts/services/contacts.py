"""Adding and changing people: the one writer, and calls of it with one change.

References to organisations the actor does not see are kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, TypedDict, Unpack
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor
from audit.models import Action, Op
from contacts.models import Affiliation, Contact, Organisation, PrivateChannel
from contacts.policies import can_edit_contact
from contacts.services.affiliations import (
    AffiliationRow,
    lock_organisations,
    set_affiliations,
    shown_affiliations,
)
from contacts.services.changing import (
    Change,
    Written,
    follow_districts,
    record_erased,
    record_written,
    save_changed,
)
from contacts.services.folding import fold_contact
from contacts.services.phones import check_phone
from districts.models import District
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_today
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.id_in import id_in

REVIEW_AFTER: Final = timedelta(days=365)
_PAST: Final = frozenset({"notice_given_on", "agreement_on"})
_AGREEMENT: Final = frozenset({"agreement_how", "agreement_on"})


class ContactFields(TypedDict, total=False):
    """Writable fields of a person, as in domain.md; who recorded an agreement is the actor."""

    given_name: str
    family_name: str
    email: str
    phone: object  # PhoneNumber or a text that one is made of
    languages: list[str]
    preferred_channel: str
    home_district: District
    lawful_basis: str
    purpose: str
    notice_given_on: date | None
    notice_version: str
    agreement_how: str
    agreement_on: date | None
    review_on: date


def create_contact(
    *,
    actor: Actor,
    id: UUID | None = None,
    affiliations: Sequence[AffiliationRow] = (),
    external_ids: Sequence[ExternalIdRow] = (),
    action: Action = Action.CREATE,
    **fields: Unpack[ContactFields],
) -> Contact:
    """Create a contact. Lawful basis and purpose default to the deployment's, the review to a year from now.

    `action` is the name of the event in the trail, such as an import.
    Raises PermissionDenied where neither the home district nor that of an organisation is covered,
    ValidationError by field.
    """
    beside = {"affiliations": affiliations, "external_ids": external_ids}
    change = Change(id, fields, is_new=True, beside=beside)
    return write_contacts(actor=actor, changes=[change], action=action)[0].row  # type: ignore[no-any-return]  # of whatever noun


def edit_contact(
    *,
    actor: Actor,
    contact_id: UUID,
    version: int | None = None,
    affiliations: Sequence[AffiliationRow] | None = None,
    external_ids: Sequence[ExternalIdRow] | None = None,
    action: Action = Action.UPDATE,
    **fields: Unpack[ContactFields],
) -> Contact:
    """Change the given fields and child rows; what is not given stays. A new agreement ends a withdrawal.

    Raises DoesNotExist when the actor does not see the person, PermissionDenied when it is read-only
    here or would be at the new home, StaleVersion, ValidationError by field.
    """
    beside = {"affiliations": affiliations, "external_ids": external_ids}
    change = Change(contact_id, fields, version=version, beside=beside)
    return write_contacts(actor=actor, changes=[change], action=action)[0].row  # type: ignore[no-any-return]  # of whatever noun


def end_affiliation(
    *,
    actor: Actor,
    contact_id: UUID,
    affiliation_id: UUID,
    version: int | None = None,
    on: date | None = None,
) -> Contact:
    """The person no longer speaks for the organisation from `on` (today unless given)."""
    with transaction.atomic():
        seen = Contact.objects.visible_to(actor).get(pk=contact_id)
        lock_organisations(shown_affiliations(seen, actor))
        contact = locked_contacts(actor, [contact_id])[contact_id]
        rows = shown_affiliations(contact, actor)
        if affiliation_id not in {row["id"] for row in rows}:
            raise Affiliation.DoesNotExist
        for row in rows:
            if row["id"] == affiliation_id:
                row["until"] = on or city_today()
        return edit_contact(actor=actor, contact_id=contact_id, version=version, affiliations=rows)


@transaction.atomic
def withdraw_contact(*, actor: Actor, contact_id: UUID, version: int | None = None) -> Contact:
    """The person does not want to be in the book: not called any more, private channel gone for good."""
    contact = locked_contacts(actor, [contact_id])[contact_id]
    check_version(contact.version, version)
    if contact.withdrawn_on:
        return contact
    change = Change(contact_id, {"withdrawn_on": city_today()})
    return write_contacts(actor=actor, changes=[change])[0].row  # type: ignore[no-any-return]  # of whatever noun


@transaction.atomic
def erase_contact(*, actor: Actor, contact_id: UUID, version: int | None = None) -> None:
    """The person is gone from the book for good, and so from every meeting's list of people.

    Meetings, promises and their figures stay (domain.md, rule 9). Raises as `edit_contact` does.
    """
    contact = locked_contacts(actor, [contact_id])[contact_id]
    check_version(contact.version, version)
    record_erased(actor, "contact", [contact], districts_of_contact)
    contact.delete()


@transaction.atomic
def write_contacts(*, actor: Actor, changes: Sequence[Change], action: Action | None = None) -> list[Written]:
    """Make every change or none, one for each contact. Returns what was written, in the same order.

    `beside` holds `affiliations` and `external_ids`. A new contact's lawful basis and purpose default to the
    deployment's, the review to a year from now. A contact who withdraws is no organisation's first person to
    call, and their private channels are erased. `action` names the event in the trail, if it is another than
    that of each change.

    Raises DoesNotExist where the actor does not see one, PermissionDenied where it is read-only or would be,
    StaleVersion, ValidationError by field.
    """
    lock_organisations([row for one in changes for row in one.beside.get("affiliations") or ()])
    locked = locked_contacts(actor, [one.id for one in changes if one.id and not one.is_new])
    demoted: dict[UUID, Contact] = {}
    written = [
        _made(actor, one, demoted) if one.is_new else _changed(actor, one, locked[one.id], demoted)  # type: ignore[index]  # one in the book has an id
        for one in changes
    ]
    for one in (one for one in written if one.row.pk in demoted):
        one.names = list(dict.fromkeys([*one.names, "affiliations"]))
    others = [
        Written(row, Op.UPDATED, districts_of_contact(row), ["affiliations"])
        for row in demoted.values()
        if row.pk not in locked
    ]
    known = [one for one in (*written, *others) if one.names and one.op != Op.CREATED]
    if known:
        save_contacts({one.row: one.before for one in known})
    follow_districts(actor, known, districts_of_contact)
    record_written(actor, "contact", [one for one in written if one.names], action)
    record_written(actor, "contact", others)
    return written


def locked_contacts(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Contact]:
    """The contacts as the actor sees them, writable, locked in one order until the transaction ends.

    Raises DoesNotExist for one that is not seen, PermissionDenied for one that is read-only.
    """
    if not ids:
        return {}
    rows = Contact.objects.visible_to(actor).filter(id_in("pk", ids)).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update(of=("self",))}
    if len(locked) < len(set(ids)):
        raise Contact.DoesNotExist
    if not all(can_edit_contact(actor, row) for row in locked.values()):
        raise PermissionDenied
    return locked


def save_contacts(changed: Mapping[Contact, Iterable[str]]) -> None:
    """Write known rows that have new values in the columns named (`save_changed`)."""
    save_changed(changed, fold_contact)


def districts_of_contact(contact: Contact) -> set[UUID]:
    """Where the person is seen: at home, and where the organisations it speaks for are.

    With those it spoke for until a day that the change feed has not been told of.
    """
    organisations = Organisation.objects.filter(
        affiliations__in=Affiliation.objects.current_to_copies().filter(contact=contact)
    )
    homes = organisations.values_list("home_district", flat=True)
    visited = Organisation.also_in.through.objects.filter(organisation__in=organisations)
    return {contact.home_district_id, *homes, *visited.values_list("district_id", flat=True)}


def _made(actor: Actor, change: Change, demoted: dict[UUID, Contact]) -> Written:
    if not actor.writes:
        raise PermissionDenied
    defaults: ContactFields = {
        "lawful_basis": settings.DEFAULT_LAWFUL_BASIS,
        "purpose": settings.DEFAULT_PURPOSE,
        "review_on": city_today() + REVIEW_AFTER,
    }
    row = Contact(**({"id": change.id} if change.id else {}))
    assign(row, {**defaults, **change.values})
    _sign_agreement(row, actor)
    _check(row, change.values)
    row.validate_unique()
    fold_contact(row)
    with constraints_in_words(Contact):
        row.save(force_insert=True)
    _set_beside(actor, row, change.beside, demoted)
    if not can_edit_contact(actor, row):
        raise PermissionDenied
    return Written(row, Op.CREATED, districts_of_contact(row), list(change.values))


def _changed(actor: Actor, change: Change, row: Contact, demoted: dict[UUID, Contact]) -> Written:
    districts = districts_of_contact(row)
    signed = {"agreement_recorded_by": row.agreement_recorded_by_id, "withdrawn_on": row.withdrawn_on}
    before = change.made_on(row)
    names = [*before, *_set_beside(actor, row, change.beside, demoted)]
    if "home_district" in before and not can_edit_contact(actor, row):
        raise PermissionDenied
    if _AGREEMENT & before.keys():
        _sign_agreement(row, actor)
        row.withdrawn_on = None if row.agreement_how else row.withdrawn_on
        before |= signed
    if row.withdrawn_on and not signed["withdrawn_on"]:
        names += _let_go(row)
    elif names:
        _check(row, names)
    return Written(row, Op.UPDATED, districts, names, before)


def _set_beside(
    actor: Actor, row: Contact, beside: Mapping[str, Any], demoted: dict[UUID, Contact]
) -> list[str]:
    """Set the child rows that are given; answers the names of what changed."""
    names = []
    if beside.get("affiliations") is not None:
        moved, others = set_affiliations(row, beside["affiliations"], actor)
        demoted |= {contact.pk: contact for contact in others}
        names += ["affiliations"] if moved else []
    if beside.get("external_ids") is not None and set_external_ids(row, beside["external_ids"]):
        names.append("external_ids")
    return names


def _let_go(row: Contact) -> list[str]:
    PrivateChannel.objects.filter(contact=row).delete()
    row.affiliations.filter(is_primary=True).update(is_primary=False)
    return ["private_channel", "affiliations"]


def _check(row: Contact, names: Iterable[str]) -> None:
    """Validate each field, and refuse future days of informing or of consent.

    The write reports what a constraint refuses (`constraints_in_words`).
    """
    check_phone(row.phone)
    row.clean_fields()
    refuse_future(row, _PAST.intersection(names))


def _sign_agreement(row: Contact, actor: Actor) -> None:
    row.agreement_recorded_by_id = actor.id if row.agreement_how or row.agreement_on else None
