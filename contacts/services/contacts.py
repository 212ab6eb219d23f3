"""Adding and changing people: the one writer, and calls of it with one change.

References to organisations the actor does not see are kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from contacts.codes import LawfulBasis
from contacts.models import Affiliation, Contact, PrivateChannel
from contacts.policies import can_edit_contact
from contacts.services.affiliations import (
    lock_organisations,
    set_affiliations,
    shown_affiliations,
)
from contacts.services.change_feed import districts_of_contacts
from contacts.services.changes import (
    Change,
    insert_new,
    lock_versions,
    new_row,
    note_districts,
    record_erased,
    record_written,
    save_changed,
)
from contacts.services.details import OTHER, Details, details_of, plan_details
from contacts.services.erased_ids import refuse_erased, remember_erased
from contacts.services.phones import check_phone
from contacts.services.search_fields import fold_contact
from lib.cleaning import refuse_future
from lib.days import city_today
from lib.external_ids import set_external_ids
from lib.row_context import Opened, acting_as, opened, writes

REVIEW_AFTER: Final = timedelta(days=365)
_PAST: Final = frozenset({"notice_given_on", "agreement_on"})
_AGREEMENT: Final = frozenset({"agreement_how", "agreement_on"})
_CONSENT: Final = _AGREEMENT | {"lawful_basis"}
_NAME: Final = frozenset({"given_name", "family_name"})
_MOST_FORMER: Final = 100
_BESIDE: Final = ("affiliations", "external_ids")


def create_contact(
    *, actor: Actor, id: UUID | None = None, action: Action = Action.CREATE, **fields: Any
) -> Contact:
    """Create a contact. `fields` are columns of its model and what `write_contacts` takes beside them.

    Lawful basis and purpose default to the deployment's, the review to a year from now. `action` is the name
    of the event in the trail, such as an import. Raises PermissionDenied where neither the home district nor
    that of an organisation is covered, ValidationError by field.
    """
    contact = new_row(Contact, id)
    write_contacts(actor=actor, changes=[Change(contact, fields)], action=action)
    return contact


@writes
def edit_contact(
    *,
    actor: Actor,
    contact_id: UUID,
    version: int | None = None,
    action: Action = Action.UPDATE,
    **fields: Any,
) -> Contact:
    """Change the given fields and child rows; what is not given stays. A new agreement ends a withdrawal.

    Raises DoesNotExist when the actor does not see the person, PermissionDenied when it is read-only
    here or would be at the new home, StaleVersion, ValidationError by field.
    """
    lock_organisations(fields.get("affiliations") or (), [contact_id])
    [contact] = locked_contacts(actor, {contact_id: version}, fields)
    write_contacts(actor=actor, changes=[Change(contact, fields)], action=action)
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
        with acting_as(actor):
            seen = Contact.objects.visible_to(actor).get(pk=contact_id)
        lock_organisations(shown_affiliations(seen, actor), [contact_id])
        [contact] = locked_contacts(actor, {contact_id: None})
        rows = shown_affiliations(contact, actor)
        if affiliation_id not in {row["id"] for row in rows}:
            raise Affiliation.DoesNotExist
        for row in rows:
            if row["id"] == affiliation_id:
                row["until"] = on or city_today()
        return edit_contact(actor=actor, contact_id=contact_id, version=version, affiliations=rows)


@writes
def withdraw_contact(*, actor: Actor, contact_id: UUID, version: int | None = None) -> Contact:
    """The person does not want to be in the book: not called any more, private channel gone for good."""
    [contact] = locked_contacts(actor, {contact_id: version})
    if not contact.withdrawn_on:
        write_contacts(actor=actor, changes=[Change(contact, {"withdrawn_on": city_today()})])
    return contact


@writes
def erase_contact(*, actor: Actor, contact_id: UUID, version: int | None = None) -> None:
    """The person is gone from the book for good, and so from every meeting's list of people.

    Meetings, promises and their figures stay (docs/domain.md, rule 9). Raises as `edit_contact` does.
    """
    erase_contacts(actor, locked_contacts(actor, {contact_id: version}))


@writes
def erase_contacts(actor: Actor, contacts: Sequence[Contact], *, is_undo: bool = False) -> None:
    """Erase contacts that the caller has locked. Unless it is an undo, no tool can enter them again."""
    if not is_undo:
        remember_erased([contact.pk for contact in contacts])
    record_erased(actor, "contact", contacts, districts_of_contacts)
    Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).delete()


@writes
def write_contacts(*, actor: Actor, changes: Sequence[Change], action: Action | None = None) -> None:
    """Make every change or none, one for each contact: new ones, and locked ones that the actor may edit.

    Beside the columns there are `affiliations` (`lock_organisations` comes before any contact is locked),
    `other_details` and `external_ids`. A new contact's lawful basis and purpose default to the deployment's,
    the review to a year from now. A contact who withdraws is no organisation's first person to call, and
    their private channels are erased. `action` names the event in the trail, if it is another than that of
    each change.

    Raises PermissionDenied where one is read-only or would be, ValidationError by field.
    """
    rows = [row for one in changes for row in one.fields.get("affiliations") or ()]
    lock_organisations(rows, [one.row.pk for one in changes if not one.is_new])
    note_districts(changes, districts_of_contacts)
    for change in changes:
        _assign(actor, change)
    plan = plan_details(changes)
    for change in changes:
        if change.is_new:
            fold_contact(change.row, plan.kept[change.row.pk])
    insert_new(changes)
    plan.store()
    demoted: dict[UUID, Contact] = {}
    for change in changes:
        _set_beside(actor, change, demoted)
        if (change.is_new or "home_district" in change.names) and not can_edit_contact(actor, change.row):
            raise PermissionDenied
    for change in changes:
        if demoted.pop(change.row.pk, None) and "affiliations" not in change.names:
            change.names.append("affiliations")
    others = [Change(row) for row in demoted.values()]
    for other in others:
        other.names = ["affiliations"]
    save_contacts([*(one for one in changes if one.is_changed), *others], plan.kept)
    record_written(actor, "contact", changes, districts_of_contacts, action)
    record_written(actor, "contact", others, districts_of_contacts)


def locked_contacts(actor: Actor, versions: Mapping[UUID, int | None], values: object = ()) -> list[Contact]:
    """Those that the actor may edit, of these versions; raises as `lock_versions` does."""
    rows = Contact.objects.visible_to(actor)
    with acting_as(actor):
        return lock_versions(rows, versions, lambda row: can_edit_contact(actor, row), values)


@opened(Opened.WRITER)
def save_contacts(changes: Collection[Change], details: Details | None = None) -> None:
    """Write known rows as they are now (`save_changed`). `details` have been read. A name before is kept."""
    for change in changes:
        before = change.columns
        if not _NAME.isdisjoint(before):
            names = (before.get(name, getattr(change.row, name)) for name in ("given_name", "family_name"))
            keep_former_names(change.row, [" ".join(names).strip()])
    kept = details_of([one.row for one in changes], details)
    for change in changes:
        fold_contact(change.row, kept[change.row.pk])
    save_changed(changes)


def keep_former_names(row: Contact, names: Iterable[str]) -> None:
    """Keep names by which texts may call the person, so that an erasure finds them. Does not save."""
    known = dict.fromkeys([*(row.former_names or ()), *names])
    row.former_names = [name for name in known if name and name != str(row)][-_MOST_FORMER:] or None


def _refuse_consent_without_agreement(row: Contact) -> None:
    """Raise ValidationError if the lawful basis is a consent that nobody has recorded."""
    if row.lawful_basis == LawfulBasis.CONSENT and not row.agreement_how:
        text = _(
            "Consent needs an agreement. Record how and when the person agreed, or choose another basis."
        )
        raise ValidationError({"lawful_basis": text})


def _assign(actor: Actor, change: Change) -> None:
    """Set the columns and what follows from them; refuse what is wrong, such as a consent that is to come.

    The write reports what a constraint refuses (`constraints_in_words`).
    """
    row: Contact = change.row
    withdrew = row.withdrawn_on
    if not actor.writes or not (change.is_new or can_edit_contact(actor, row)):
        raise PermissionDenied
    if change.is_new:
        row.lawful_basis, row.purpose = settings.DEFAULT_LAWFUL_BASIS, settings.DEFAULT_PURPOSE
        row.review_on = city_today() + REVIEW_AFTER
    change.assign({OTHER, *_BESIDE})
    if change.is_new or _AGREEMENT.intersection(change.names):
        row.agreement_recorded_by_id = actor.id if row.agreement_how or row.agreement_on else None
        row.withdrawn_on = None if row.agreement_how else row.withdrawn_on
    if row.withdrawn_on and not withdrew:
        PrivateChannel.objects.filter(contact=row).delete()
        row.affiliations.filter(is_primary=True).update(is_primary=False)
        change.names += ["private_channel", "affiliations"]
    elif change.is_new or change.is_changed:
        if change.is_new or _CONSENT.intersection(change.names):
            _refuse_consent_without_agreement(row)
        if "phone" not in change.kept:
            check_phone(row.phone)
        row.clean_fields(exclude=change.kept)
        refuse_future(row, _PAST.intersection(change.names))
        if change.is_new:
            row.validate_unique()


def _set_beside(actor: Actor, change: Change, demoted: dict[UUID, Contact]) -> None:
    """Set the child rows that are given, and name those that changed."""
    row = change.row
    roles, ids = map(change.fields.get, _BESIDE)
    if roles is not None:
        moved, others = set_affiliations(row, roles, actor)
        demoted |= {contact.pk: contact for contact in others}
        change.names += ["affiliations"] if moved else []
    refuse_erased(ids or ())
    if ids is not None and set_external_ids(row, ids):
        change.names.append("external_ids")
