"""Services that write organisations. All use one writer, `write_organisations`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from accounts.services.widening import can_give_lead
from audit.models import Action, Op
from contacts.codes import HIDDEN_AWAY, OrganisationStatus
from contacts.models import Organisation, OrganisationExternalId
from contacts.policies import can_edit_organisation, can_write_in
from contacts.services.aliases import ALIASES, aliases_of, set_aliases
from contacts.services.change_feed import districts_of_organisations
from contacts.services.changes import (
    Change,
    insert_new,
    lock_versions,
    note_districts,
    record_erased,
    record_written,
    save_changed,
)
from contacts.services.details import OTHER, Details, details_of, plan_details
from contacts.services.focuses import set_focuses
from contacts.services.next_meetings import refresh_meet_by
from contacts.services.numbers import NUMBERS, numbers_of, plan_numbers, store_numbers
from contacts.services.periods import DATED, begin_when_known, correct_kinds, follow_periods, open_periods
from contacts.services.phones import check_phone
from contacts.services.search_fields import fold_organisation
from districts.models import District
from lib.cleaning import refuse_future
from lib.conflicts import constraints_in_words
from lib.copying import insert_values
from lib.days import city_today
from lib.external_ids import set_external_ids
from lib.id_lists import id_in
from lib.ids import uuid7
from lib.limits import refuse_more
from lib.row_context import Opened, acting_as, opened, writes
from lib.wired import Wired

_PAST_DATES: Final = frozenset(
    {"known_since", "verified_on", "reporting_tested_on", "contact_wish_on", "night_agreed_on"}
)
_PROTECTED: Final = frozenset({"kind", "address", "location_protected"})
_IDS: Final = ("added_ids", "dropped_ids")


# The last argument: private addresses of these organisations that were or are protected.
Follow = Callable[[Actor, Sequence[Change], Collection[str]], None]
#: Functions of apps above, called after existing organisations changed, in the same transaction.
FOLLOWERS: Final = Wired[Follow]("contacts.services.organisations.FOLLOWERS")


def create_organisation(*, actor: Actor, id: UUID | None = None, **fields: Any) -> Organisation:
    """Create an organisation with its first period. `fields` are columns, and child rows of `CHILD_ROWS`.

    Raises PermissionDenied if the actor does not cover the home district, and ValidationError by field.
    """
    organisation = blank_organisation(id)
    write_organisations(actor=actor, changes=[Change(organisation, fields)])
    return organisation


@writes
def edit_organisation(
    *,
    actor: Actor,
    organisation_id: UUID,
    version: int | None = None,
    may_have_left: bool = False,
    was_wrong: bool = False,
    **fields: Any,
) -> Organisation:
    """Change `fields`: columns and child rows of an organisation. If nothing differs, nothing is written.

    With `may_have_left` (an undo), the lead or deputy can be a colleague who has left. With `was_wrong`, kind
    and communities were recorded wrongly before, so past figures change too.

    Raises DoesNotExist if the actor cannot see the organisation, PermissionDenied if the actor cannot edit
    it, StaleVersion, and ValidationError by field.
    """
    [organisation] = locked_organisations(actor, {organisation_id: version})
    write_organisations(
        actor=actor, changes=[Change(organisation, fields, may_have_left=may_have_left, was_wrong=was_wrong)]
    )
    return organisation


def verify_organisation(*, actor: Actor, organisation_id: UUID, version: int | None = None) -> Organisation:
    """Record that the organisation confirmed its details today."""
    return edit_organisation(
        actor=actor, organisation_id=organisation_id, version=version, verified_on=city_today()
    )


@writes
def write_organisations(
    *,
    actor: Actor,
    changes: Sequence[Change],
    action: Action | None = None,
    purpose: str = "",
    is_checked: bool = False,
    undone_at: datetime | None = None,
) -> None:
    """Write all changes or none, one for each organisation. Existing organisations are locked by the caller.

    Besides columns, a change can set `other_details`, `also_in`, `focuses`, `aliases`, `numbers` and
    `external_ids`.
    Instead of all `external_ids`, it can set `added_ids` and `dropped_ids` as (source, ID). `action`
    replaces the action of each change in the activity log. `is_checked` states that the values have passed
    the checks of their fields (exchange.imports.converting). For an undo, `undone_at` is the time of the
    undone change.

    Raises PermissionDenied if the actor cannot edit an organisation or does not cover its home district, and
    ValidationError by field.
    """
    note_districts(changes, districts_of_organisations)
    for change in changes:
        _set_columns(actor, change, is_checked=is_checked)
    plan = plan_details(changes, is_checked=is_checked)
    numbers = plan_numbers(changes)
    for change in changes:
        if change.is_new:
            fold_organisation(change.row, plan.details[change.row.pk], numbers=numbers.get(change.row.pk, ()))
    new = insert_new(changes)
    plan.store()
    open_periods(new)
    begin_when_known([row for row in new if row.known_since])
    for change in changes:
        _set_child_rows(change)
        if ALIASES in change.fields and set_aliases(actor, change.row, change.fields[ALIASES]):
            change.names.append(ALIASES)
    store_numbers(changes, numbers)
    _set_external_ids(changes)
    changed = [change for change in changes if change.is_changed]
    save_organisations(changed, plan.details, undone_at=undone_at)
    if timed := [row.pk for row in new if row.cadence_days]:
        refresh_meet_by(timed)
    record_written(actor, "organisation", changes, districts_of_organisations, action, purpose)
    for follow in FOLLOWERS:
        follow(actor, changed, ())


def locked_organisations(actor: Actor, versions: Mapping[UUID, int | None]) -> list[Organisation]:
    """Lock and return these versions of organisations that the actor can edit.

    Raises as `lock_versions` does.
    """
    rows = Organisation.objects.visible_to(actor)
    with acting_as(actor):
        return lock_versions(rows, versions, lambda row: can_edit_organisation(actor, row))


@opened(Opened.WRITER)
def save_organisations(
    changes: Collection[Change], details: Details | None = None, *, undone_at: datetime | None = None
) -> None:
    """Save changed organisations (`save_changed`), with their search fields and periods.

    `details` are other details that the caller has read already, by organisation.
    """
    details_by_owner = details_of([change.row for change in changes], details)
    rows = [change.row for change in changes]
    aliases, numbers = aliases_of(rows), numbers_of(rows)
    for row in rows:
        fold_organisation(row, details_by_owner[row.pk], aliases.get(row.pk, ()), numbers.get(row.pk, ()))
    save_changed(changes)
    changed_columns = {change.row: change.columns.keys() for change in changes}
    correct_kinds([change.row for change in changes if change.was_wrong and "kind" in change.columns])
    dated = [row for row, names in changed_columns.items() if not names.isdisjoint(DATED)]
    follow_periods(dated, undone_at=undone_at)
    begin_when_known([row for row, names in changed_columns.items() if "known_since" in names])
    if timed := [
        row.pk for row, names in changed_columns.items() if not names.isdisjoint({*DATED, "last_met_at"})
    ]:
        refresh_meet_by(timed)


@opened(Opened.WRITER)
def erase_organisations(*, actor: Actor, ids: Collection[UUID], purpose: str) -> None:
    """Delete organisations that nothing refers to. The caller has locked and checked them.

    Only the columns for the activity log are read, because reading a phone number parses it.
    """
    organisations = Organisation.objects.filter(id_in("pk", ids)).only("version", "home_district")
    record_erased(actor, "organisation", list(organisations), districts_of_organisations, purpose)
    organisations.delete()


def blank_organisation(id: UUID | None = None) -> Organisation:
    """Return an unsaved row with every column's default, without the cost of Django's constructor."""
    row = Organisation.__new__(Organisation)
    row._state = ModelState()
    created_at = timezone.now()
    row.__dict__.update(
        _column_defaults(),
        id=id or uuid7(),
        languages=[],
        clues=[],
        created_at=created_at,
        updated_at=created_at,
    )
    return row


@cache
def _column_defaults() -> dict[str, Any]:
    return {column.attname: column.get_default() for column in Organisation._meta.concrete_fields}


def _set_columns(actor: Actor, change: Change, *, is_checked: bool) -> None:
    """Set and validate an organisation's columns. Dates of the past cannot be in the future.

    A new lead or deputy has an active account with write access. Violations of database constraints are
    reported by the write (`constraints_in_words`).
    """
    row = change.row
    if not change.is_new and not can_edit_organisation(actor, row):
        raise PermissionDenied
    change.assign({OTHER, ALIASES, NUMBERS, *CHILD_ROWS, *_IDS}, is_clean=is_checked)
    moves = row.home_district_id and "home_district" in change.names
    if moves and not can_write_in(actor, row.home_district_id):
        raise PermissionDenied
    if change.is_changed and "status" in change.names and row.status == OrganisationStatus.CLOSED:
        change.op = Op.ARCHIVED
    if (change.is_new or change.is_changed) and not is_checked:
        if "phone" not in change.unchanged:
            check_phone(row.phone)
        row.clean_fields(exclude=change.unchanged)
        if change.is_new:
            row.validate_unique()
    _refuse_open_address(change)
    refuse_future(row, _PAST_DATES.intersection(change.names))
    for name in () if change.may_have_left else {"lead_officer", "deputy_officer"}.intersection(change.names):
        officer: User | None = getattr(row, name)
        if officer and not (officer.is_active and officer.role in WRITES):
            raise ValidationError({name: _("Choose an officer or supervisor with an active account.")})
        if officer and not can_give_lead(actor, row.home_district, officer):
            text = _("You are on duty here. Choose an officer who is assigned to this district.")
            raise ValidationError({name: text})


def _refuse_open_address(change: Change) -> None:
    row = change.row
    if row.has_protected_location and row.address and _PROTECTED.intersection(change.names):
        text = _("The location is protected. Enter the address under private details.")
        if row.kind in HIDDEN_AWAY:
            text = _(
                "The address of a shelter or reception centre is private. Enter it under private details."
            )
        raise ValidationError({"address": text})


def _set_external_ids(changes: Iterable[Change]) -> None:
    """Delete the dropped IDs and insert the added IDs of all changes."""
    for change in changes:
        for source, external_id in change.fields.get("dropped_ids", ()):
            change.row.external_ids.filter(source=source, external_id=external_id).delete()
        change.names += ["external_ids"] if any(map(change.fields.get, _IDS)) else []
    ids = [(change.row.pk, *added) for change in changes for added in change.fields.get("added_ids", ())]
    if ids:
        with constraints_in_words(OrganisationExternalId):
            insert_values(OrganisationExternalId, ["organisation_id", "source", "external_id"], ids)


def _set_child_rows(change: Change) -> None:
    """Set the child rows in `change.fields`, and add the names of those that changed."""
    for name, write in CHILD_ROWS.items():
        rows = change.fields.get(name)
        if (rows or (rows is not None and not change.is_new)) and write(change, rows):
            change.names.append(name)


def _set_also_in(change: Change, districts: Iterable[District]) -> bool:
    row = change.row
    before = set(row.also_in.values_list("pk", flat=True))
    after = {district.pk: district for district in districts}
    if before == set(after):
        return False
    refuse_more("also_in", after)
    row.also_in.set(after.values())
    return True


CHILD_ROWS: Final[Mapping[str, Any]] = {
    "also_in": _set_also_in,
    "focuses": lambda change, rows: set_focuses(change.row, rows, was_wrong=change.was_wrong),
    "external_ids": lambda change, rows: set_external_ids(change.row, rows),
}
