"""Services that write contacts. All use one writer, `write_contacts`.

References to organisations that the actor cannot see are kept.
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
from contacts.services.erased_ids import refuse_erased_ids, store_erased_ids
from contacts.services.phones import check_phone
from contacts.services.search_fields import fold_contact
from lib.cleaning import refuse_future
from lib.days import city_today
from lib.external_ids import set_external_ids
from lib.row_context import Opened, acting_as, opened, writes

REVIEW_AFTER: Final = timedelta(days=365)
_PAST_DATES: Final = frozenset({"notice_given_on", "agreement_on"})
_AGREEMENT: Final = frozenset({"agreement_how", "agreement_on"})
_CONSENT: Final = _AGREEMENT | {"lawful_basis"}
_NAME: Final = frozenset({"given_name", "family_name"})
_MOST_FORMER: Final = 100
_CHILD_ROWS: Final = ("affiliations", "external_ids")


def create_contact(
    *, actor: Actor, id: UUID | None = None, action: Action = Action.CREATE, **fields: Any
) -> Contact:
    """Create a contact. `fields` are columns of its model, or child rows that `write_contacts` takes.

    Lawful basis and purpose default to the deployment's. The review date defaults to a year from now.
    `action` is the event's action in the activity log, such as an import. Raises PermissionDenied if the
    actor covers neither the home district nor that of an organisation, and ValidationError by field.
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
    """Change `fields`: columns and child rows of a contact. A new agreement removes an opt-out.

    Raises DoesNotExist if the actor cannot see the contact, PermissionDenied if the actor cannot edit it
    here or in the new home district, StaleVersion, and ValidationError by field.
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
    """End a contact's role at an organisation on the day `on` (default: today)."""
    with transaction.atomic():
        with acting_as(actor):
            visible_contact = Contact.objects.visible_to(actor).get(pk=contact_id)
        lock_organisations(shown_affiliations(visible_contact, actor), [contact_id])
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
    """Mark a contact as opted out. They are no main contact, and their private details are deleted."""
    [contact] = locked_contacts(actor, {contact_id: version})
    if not contact.withdrawn_on:
        write_contacts(actor=actor, changes=[Change(contact, {"withdrawn_on": city_today()})])
    return contact


@writes
def erase_contact(*, actor: Actor, contact_id: UUID, version: int | None = None) -> None:
    """Delete a contact, also from the attendance lists of meetings.

    Meetings, follow-ups and their figures stay (docs/domain.md, rule 9). Raises as `edit_contact` does.
    """
    erase_contacts(actor, locked_contacts(actor, {contact_id: version}))


@writes
def erase_contacts(actor: Actor, contacts: Sequence[Contact], *, is_undo: bool = False) -> None:
    """Erase contacts that the caller has locked. Unless `is_undo`, no system can add their IDs again."""
    if not is_undo:
        store_erased_ids([contact.pk for contact in contacts])
    record_erased(actor, "contact", contacts, districts_of_contacts)
    Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).delete()


@writes
def write_contacts(*, actor: Actor, changes: Sequence[Change], action: Action | None = None) -> None:
    """Write all changes or none, one change for each contact. Existing contacts are locked by the caller.

    Besides columns, a change can set `affiliations`, `other_details` and `external_ids`. Before contacts are
    locked, call `lock_organisations`. A new contact's lawful basis and purpose default to the deployment's,
    and the review date to a year from now. Opting out ends a contact's main roles and deletes their private
    details. `action` replaces the action of each change in the activity log.

    Raises PermissionDenied if the actor cannot edit a contact before or after its change, and
    ValidationError by field.
    """
    rows = [row for change in changes for row in change.fields.get("affiliations") or ()]
    lock_organisations(rows, [change.row.pk for change in changes if not change.is_new])
    note_districts(changes, districts_of_contacts)
    for change in changes:
        _set_columns(actor, change)
    plan = plan_details(changes)
    for change in changes:
        if change.is_new:
            fold_contact(change.row, plan.details[change.row.pk])
    insert_new(changes)
    plan.store()
    demoted: dict[UUID, Contact] = {}
    for change in changes:
        _set_child_rows(actor, change, demoted)
        if (change.is_new or "home_district" in change.names) and not can_edit_contact(actor, change.row):
            raise PermissionDenied
    for change in changes:
        if demoted.pop(change.row.pk, None) and "affiliations" not in change.names:
            change.names.append("affiliations")
    demoted_changes = [Change(row) for row in demoted.values()]
    for change in demoted_changes:
        change.names = ["affiliations"]
    save_contacts([*(change for change in changes if change.is_changed), *demoted_changes], plan.details)
    record_written(actor, "contact", changes, districts_of_contacts, action)
    record_written(actor, "contact", demoted_changes, districts_of_contacts)


def locked_contacts(actor: Actor, versions: Mapping[UUID, int | None], values: object = ()) -> list[Contact]:
    """Lock and return these versions of contacts that the actor can edit. Raises as `lock_versions` does."""
    rows = Contact.objects.visible_to(actor)
    with acting_as(actor):
        return lock_versions(rows, versions, lambda row: can_edit_contact(actor, row), values)


@opened(Opened.WRITER)
def save_contacts(changes: Collection[Change], details: Details | None = None) -> None:
    """Save changed contacts (`save_changed`), with their search fields and former names.

    `details` are other details that the caller has read already, by contact.
    """
    for change in changes:
        before = change.columns
        if not _NAME.isdisjoint(before):
            names = (before.get(name, getattr(change.row, name)) for name in ("given_name", "family_name"))
            keep_former_names(change.row, [" ".join(names).strip()])
    details_by_owner = details_of([change.row for change in changes], details)
    for change in changes:
        fold_contact(change.row, details_by_owner[change.row.pk])
    save_changed(changes)


def keep_former_names(row: Contact, names: Iterable[str]) -> None:
    """Add earlier names to the row, so that an erasure finds them in texts. Does not save."""
    former_names = dict.fromkeys([*(row.former_names or ()), *names])
    row.former_names = [name for name in former_names if name and name != str(row)][-_MOST_FORMER:] or None


def _refuse_consent_without_agreement(row: Contact) -> None:
    """Raise ValidationError if the lawful basis is consent and no agreement is recorded."""
    if row.lawful_basis == LawfulBasis.CONSENT and not row.agreement_how:
        text = _(
            "Consent needs an agreement. Record how and when the person agreed, or choose another basis."
        )
        raise ValidationError({"lawful_basis": text})


def _set_columns(actor: Actor, change: Change) -> None:
    """Set and validate a contact's columns, and those derived from them.

    Raises PermissionDenied and ValidationError, for example if an agreement is in the future. Violations of
    database constraints are reported by the write (`constraints_in_words`).
    """
    row: Contact = change.row
    withdrew = row.withdrawn_on
    if not actor.writes or not (change.is_new or can_edit_contact(actor, row)):
        raise PermissionDenied
    if change.is_new:
        row.lawful_basis, row.purpose = settings.DEFAULT_LAWFUL_BASIS, settings.DEFAULT_PURPOSE
        row.review_on = city_today() + REVIEW_AFTER
    change.assign({OTHER, *_CHILD_ROWS})
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
        if "phone" not in change.unchanged:
            check_phone(row.phone)
        row.clean_fields(exclude=change.unchanged)
        refuse_future(row, _PAST_DATES.intersection(change.names))
        if change.is_new:
            row.validate_unique()


def _set_child_rows(actor: Actor, change: Change, demoted: dict[UUID, Contact]) -> None:
    """Set the child rows in `change.fields`, and add the names of those that changed."""
    row = change.row
    roles, ids = map(change.fields.get, _CHILD_ROWS)
    if roles is not None:
        has_changed, former_main_contacts = set_affiliations(row, roles, actor)
        demoted |= {contact.pk: contact for contact in former_main_contacts}
        change.names += ["affiliations"] if has_changed else []
    refuse_erased_ids(ids or ())
    if ids is not None and set_external_ids(row, ids):
        change.names.append("external_ids")
