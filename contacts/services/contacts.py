"""Adding and changing people. References to organisations the actor does not see are kept."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import TypedDict, Unpack
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Contact, Organisation, PrivateChannel
from contacts.policies import can_edit_contact
from contacts.services.affiliations import (
    AffiliationRow,
    lock_organisations,
    set_affiliations,
    shown_affiliations,
)
from contacts.services.folding import fold_contact
from contacts.services.phones import check_phone
from districts.models import District
from lib.conflicts import check_version
from lib.days import city_today
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.rows import assign, refuse_future

REVIEW_AFTER = timedelta(days=365)
PAST = frozenset({"notice_given_on", "agreement_on"})


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


@transaction.atomic
def create_contact(
    *,
    actor: Actor,
    id: UUID | None = None,
    affiliations: Sequence[AffiliationRow] = (),
    external_ids: Sequence[ExternalIdRow] = (),
    action: Action = Action.CREATE,
    **fields: Unpack[ContactFields],
) -> Contact:
    """A new person. Lawful basis and purpose are the deployment's and the review is in a year, unless given.

    `action` is what the trail calls it: who imports a person has not written that person's entry.
    Raises PermissionDenied where neither the home district nor that of an organisation is covered,
    ValidationError by field.
    """
    defaults: ContactFields = {
        "lawful_basis": settings.DEFAULT_LAWFUL_BASIS,
        "purpose": settings.DEFAULT_PURPOSE,
        "review_on": city_today() + REVIEW_AFTER,
    }
    if not actor.writes:
        raise PermissionDenied
    lock_organisations(affiliations)
    contact = Contact(**({"id": id} if id else {}))
    assign(contact, {**defaults, **fields})
    _sign_agreement(contact, actor)
    _check(contact, list(fields))
    contact.save(force_insert=True)
    _moved, demoted = set_affiliations(contact, affiliations, actor)
    set_external_ids(contact, external_ids)
    if not can_edit_contact(actor, contact):
        raise PermissionDenied
    record_contact(actor, action, Op.CREATED, contact, districts_of(contact), list(fields))
    _follow_demoted(actor, demoted)
    return contact


@transaction.atomic
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
    lock_organisations(affiliations or ())
    contact = locked_contact(actor, contact_id)
    check_version(contact.version, version)
    districts = districts_of(contact)
    changed = assign(contact, fields)
    if {"agreement_how", "agreement_on"} & set(changed):
        _sign_agreement(contact, actor)
        contact.withdrawn_on = None if contact.agreement_how else contact.withdrawn_on
    demoted: list[Contact] = []
    if affiliations is not None:
        moved, demoted = set_affiliations(contact, affiliations, actor)
        changed += ["affiliations"] if moved else []
    if external_ids is not None and set_external_ids(contact, external_ids):
        changed.append("external_ids")
    if not changed:
        return contact
    if "home_district" in changed and not can_edit_contact(actor, contact):
        raise PermissionDenied
    _check(contact, changed)
    save_contact(contact)
    after = districts_of(contact)
    refuse_widening(actor, districts, after)
    record_contact(actor, action, Op.UPDATED, contact, districts | after, changed)
    _follow_demoted(actor, demoted)
    return contact


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
        contact = locked_contact(actor, contact_id)
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
    contact = locked_contact(actor, contact_id)
    check_version(contact.version, version)
    if contact.withdrawn_on:
        return contact
    PrivateChannel.objects.filter(contact=contact).delete()
    contact.affiliations.filter(is_primary=True).update(is_primary=False)
    contact.withdrawn_on = city_today()
    save_contact(contact)
    names = ["withdrawn_on", "private_channel", "affiliations"]
    record_contact(actor, Action.UPDATE, Op.UPDATED, contact, districts_of(contact), names)
    return contact


@transaction.atomic
def erase_contact(*, actor: Actor, contact_id: UUID, version: int | None = None) -> None:
    """The person is gone from the book for good, and so from every meeting's list of people.

    Meetings, promises and their figures stay (domain.md, rule 9). Raises as `edit_contact` does.
    """
    contact = locked_contact(actor, contact_id)
    check_version(contact.version, version)
    districts, pk, gone_at = districts_of(contact), contact.pk, contact.version + 1
    contact.delete()
    record_changes(actor, Action.ERASE, [Changed("contact", pk, Op.ERASED, gone_at, districts)])


def locked_contact(actor: Actor, contact_id: UUID) -> Contact:
    """The person as the actor sees it, writable, locked until the transaction ends."""
    contact = Contact.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=contact_id)
    if not can_edit_contact(actor, contact):
        raise PermissionDenied
    return contact


def _check(contact: Contact, changed: Collection[str]) -> None:
    """Constraints, and that nobody is said to have been told or to have agreed on a day to come."""
    fold_contact(contact)
    check_phone(contact.phone)
    contact.full_clean()
    refuse_future(contact, PAST.intersection(changed))


def save_contact(contact: Contact) -> None:
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save()


def _sign_agreement(contact: Contact, actor: Actor) -> None:
    contact.agreement_recorded_by_id = actor.id if contact.agreement_how or contact.agreement_on else None


def _follow_demoted(actor: Actor, demoted: Iterable[Contact]) -> None:
    """Those who are no longer the first to call changed as well."""
    for contact in demoted:
        save_contact(contact)
        record_contact(actor, Action.UPDATE, Op.UPDATED, contact, districts_of(contact), ["affiliations"])


def districts_of(contact: Contact) -> set[UUID]:
    """Where the person is seen: at home, and where the organisations it speaks for are.

    With those it spoke for until a day that the change feed has not been told of.
    """
    organisations = Organisation.objects.filter(
        affiliations__in=Affiliation.objects.current_to_copies().filter(contact=contact)
    )
    homes = organisations.values_list("home_district", flat=True)
    visited = Organisation.also_in.through.objects.filter(organisation__in=organisations)
    return {contact.home_district_id, *homes, *visited.values_list("district_id", flat=True)}


def record_contact(
    actor: Actor, action: Action, op: Op, contact: Contact, districts: set[UUID], names: list[str]
) -> None:
    record_changes(
        actor,
        action,
        [Changed("contact", contact.pk, op, contact.version, districts, field_names=names)],
    )
