"""Adding and changing organisations: the one writer, of one change or a hundred thousand, and calls of it."""

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
from accounts.services.relief import can_give_lead
from audit.models import Action, Op
from contacts.codes import HIDDEN_AWAY, OrganisationStatus
from contacts.models import Organisation, OrganisationExternalId
from contacts.policies import can_edit_organisation, can_write_in
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
from contacts.services.periods import DATED, begin_when_known, correct_kinds, follow_periods, open_periods
from contacts.services.phones import check_phone
from contacts.services.search_fields import fold_organisation
from districts.models import District
from lib.cleaning import refuse_future
from lib.conflicts import constraints_in_words
from lib.copying import insert_values
from lib.days import city_today
from lib.external_ids import set_external_ids
from lib.id_in import id_in
from lib.ids import uuid7
from lib.limits import refuse_more
from lib.row_context import Opened, acting_as, opened, writes
from lib.wired import Wired

_PAST: Final = frozenset(
    {"known_since", "verified_on", "reporting_tested_on", "contact_wish_on", "night_agreed_on"}
)
_PROTECTED: Final = frozenset({"kind", "address", "location_protected"})
_IDS: Final = ("added_ids", "dropped_ids")


# The last argument: private addresses of these that were or are protected.
Follow = Callable[[Actor, Sequence[Change], Collection[str]], None]
#: What an app does after known organisations changed, in the same transaction.
FOLLOWERS: Final = Wired[Follow]("contacts.services.organisations.FOLLOWERS")


def create_organisation(*, actor: Actor, id: UUID | None = None, **fields: Any) -> Organisation:
    """A new organisation with its first period. `fields` are columns of its model, and the child rows of
    `BESIDE`.

    Raises PermissionDenied where the home district is not covered, ValidationError by field.
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
    """Change the given fields and child rows; what is not given stays.

    With `may_have_left` (an undo) the lead or deputy can be a colleague who has left. With `was_wrong`, kind
    and communities were recorded wrongly and did not change now: past figures change.

    Raises DoesNotExist when the actor does not see it, PermissionDenied when it is read-only here,
    StaleVersion when `version` is not the current one, ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    [organisation] = locked_organisations(actor, {organisation_id: version})
    write_organisations(
        actor=actor, changes=[Change(organisation, fields, may_have_left=may_have_left, was_wrong=was_wrong)]
    )
    return organisation


def verify_organisation(*, actor: Actor, organisation_id: UUID, version: int | None = None) -> Organisation:
    """The details were checked with them today."""
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
    taken_back: datetime | None = None,
) -> None:
    """Make every change or none, one for each organisation: new ones, and locked ones that the actor may
    edit.

    Beside the columns there are `other_details`, `also_in`, `focuses` and `external_ids`, or `added_ids` and
    `dropped_ids` as (source, id) where other ids stay. `action` names the event in the trail, if it is
    another than that of each change. `is_checked` states that the values have passed the checks of their
    fields (exchange.imports.converting). For an undo, `taken_back` is when the undone change was made.

    Raises PermissionDenied where one is read-only or its home district is not covered, ValidationError by
    field.
    """
    note_districts(changes, districts_of_organisations)
    for change in changes:
        _assign(actor, change, is_checked=is_checked)
    plan = plan_details(changes, is_checked=is_checked)
    for change in changes:
        if change.is_new:
            fold_organisation(change.row, plan.kept[change.row.pk])
    new = insert_new(changes)
    plan.store()
    open_periods(new)
    begin_when_known([row for row in new if row.known_since])
    for change in changes:
        _set_beside(change)
    _set_ids(changes)
    known = [one for one in changes if one.is_changed]
    save_organisations(known, plan.kept, taken_back=taken_back)
    if timed := [row.pk for row in new if row.cadence_days]:
        refresh_meet_by(timed)
    record_written(actor, "organisation", changes, districts_of_organisations, action, purpose)
    for follow in FOLLOWERS:
        follow(actor, known, ())


def locked_organisations(actor: Actor, versions: Mapping[UUID, int | None]) -> list[Organisation]:
    """Those that the actor may edit, of these versions; raises as `lock_versions` does."""
    rows = Organisation.objects.visible_to(actor)
    with acting_as(actor):
        return lock_versions(rows, versions, lambda row: can_edit_organisation(actor, row))


@opened(Opened.WRITER)
def save_organisations(
    changes: Collection[Change], details: Details | None = None, *, taken_back: datetime | None = None
) -> None:
    """Write known rows as they are now, with their periods (`save_changed`). `details` have been read."""
    kept = details_of([one.row for one in changes], details)
    for change in changes:
        fold_organisation(change.row, kept[change.row.pk])
    save_changed(changes)
    known = {one.row: one.columns.keys() for one in changes}
    correct_kinds([one.row for one in changes if one.was_wrong and "kind" in one.columns])
    dated = [row for row, names in known.items() if not names.isdisjoint(DATED)]
    follow_periods(dated, taken_back=taken_back)
    begin_when_known([row for row, names in known.items() if "known_since" in names])
    if timed := [row.pk for row, names in known.items() if not names.isdisjoint({*DATED, "last_met_at"})]:
        refresh_meet_by(timed)


@opened(Opened.WRITER)
def erase_organisations(*, actor: Actor, ids: Collection[UUID], purpose: str) -> None:
    """Take out of the book for good what nothing refers to; the caller holds the rows and has asked.

    No more of them is read than the trail needs: of each number read the country's rules are asked.
    """
    made = Organisation.objects.filter(id_in("pk", ids)).only("version", "home_district")
    record_erased(actor, "organisation", list(made), districts_of_organisations, purpose)
    made.delete()


def blank_organisation(id: UUID | None = None) -> Organisation:
    """A new row with every column's default: without what an instance takes time for that none needs here."""
    row = Organisation.__new__(Organisation)
    row._state = ModelState()
    now = timezone.now()
    row.__dict__.update(_defaults(), id=id or uuid7(), languages=[], clues=[], created_at=now, updated_at=now)
    return row


@cache
def _defaults() -> dict[str, Any]:
    return {column.attname: column.get_default() for column in Organisation._meta.concrete_fields}


def _assign(actor: Actor, change: Change, *, is_checked: bool) -> None:
    """Set the columns; check each field, that no day is to come, and that who comes to lead it writes here.

    What a constraint refuses, the write says (`constraints_in_words`).
    """
    row = change.row
    if not change.is_new and not can_edit_organisation(actor, row):
        raise PermissionDenied
    change.assign({OTHER, *BESIDE, *_IDS}, is_clean=is_checked)
    moves = row.home_district_id and "home_district" in change.names
    if moves and not can_write_in(actor, row.home_district_id):
        raise PermissionDenied
    if change.is_changed and "status" in change.names and row.status == OrganisationStatus.CLOSED:
        change.op = Op.ARCHIVED
    if (change.is_new or change.is_changed) and not is_checked:
        if "phone" not in change.kept:
            check_phone(row.phone)
        row.clean_fields(exclude=change.kept)
        if change.is_new:
            row.validate_unique()
    _refuse_open_address(change)
    refuse_future(row, _PAST.intersection(change.names))
    for name in () if change.may_have_left else {"lead_officer", "deputy_officer"}.intersection(change.names):
        officer: User | None = getattr(row, name)
        if officer and not (officer.is_active and officer.role in WRITES):
            raise ValidationError({name: _("Choose an officer or supervisor with an active account.")})
        if officer and not can_give_lead(actor, row.home_district, officer):
            text = _("You have temporary access here. Choose an officer who is assigned to this district.")
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


def _set_ids(changes: Iterable[Change]) -> None:
    """Ids that are dropped, or added to what there is: of all the rows at once."""
    for one in changes:
        for source, external_id in one.fields.get("dropped_ids", ()):
            one.row.external_ids.filter(source=source, external_id=external_id).delete()
        one.names += ["external_ids"] if any(map(one.fields.get, _IDS)) else []
    ids = [(one.row.pk, *added) for one in changes for added in one.fields.get("added_ids", ())]
    if ids:
        with constraints_in_words(OrganisationExternalId):
            insert_values(OrganisationExternalId, ["organisation_id", "source", "external_id"], ids)


def _set_beside(change: Change) -> None:
    """Set the child rows that are given, and name those that changed."""
    for name, write in BESIDE.items():
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


BESIDE: Final[Mapping[str, Any]] = {
    "also_in": _set_also_in,
    "focuses": lambda change, rows: set_focuses(change.row, rows, was_wrong=change.was_wrong),
    "external_ids": lambda change, rows: set_external_ids(change.row, rows),
}
