"""Adding and changing organisations: the one writer, of one change or a hundred thousand, and calls of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from accounts.services.relief import can_give_lead
from audit.models import Action, Op
from contacts.codes import OrganisationStatus
from contacts.models import FocusDeclaration, Organisation, OrganisationExternalId
from contacts.policies import can_edit_organisation, can_write_in
from contacts.services.changing import (
    Change,
    Written,
    follow_districts,
    record_erased,
    record_written,
    save_changed,
)
from contacts.services.folding import fold_organisation
from contacts.services.moves import tell_of_moves
from contacts.services.periods import DATED, follow_periods, open_periods
from contacts.services.phones import check_phone
from contacts.services.summaries import refresh_meet_by
from districts.models import District
from lib.cleaning import assign, refuse_future
from lib.conflicts import constraints_in_words
from lib.copying import insert_rows, insert_values
from lib.days import city_today
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.id_in import id_in
from lib.ids import uuid7
from lib.limits import refuse_more

_PAST: Final = frozenset({"verified_on", "reporting_tested_on"})
_PLACES: Final = frozenset({"home_district", "also_in"})
_SEEN_IN: Final = Prefetch("also_in", District.objects.only("pk"))


class OrganisationFields(TypedDict, total=False):
    """Writable fields of an organisation, as in domain.md."""

    name: str
    short_name: str
    kind: str
    summary: str
    home_district: District
    website: str
    email: str
    phone: object  # PhoneNumber or a text that one is made of
    address: str
    postcode: str
    languages: list[str]
    access_needs: str
    lead_officer: User | None
    deputy_officer: User | None
    cadence_days: int | None
    status: str
    is_listed_publicly: bool
    is_reporting_centre: bool
    reporting_tested_on: date | None
    verified_on: date | None
    review_on: date | None


class FocusRow(TypedDict, total=False):
    """What an organisation says of itself; `focus`, `declared_by` and `declared_on` are needed."""

    focus: str
    declared_by: str
    declared_on: date
    evidence_url: str


def create_organisation(
    *,
    actor: Actor,
    id: UUID | None = None,
    also_in: Iterable[District] = (),
    focuses: Sequence[FocusRow] = (),
    external_ids: Sequence[ExternalIdRow] = (),
    **fields: Unpack[OrganisationFields],
) -> Organisation:
    """A new organisation with its first period.

    Raises PermissionDenied where the home district is not covered, ValidationError by field.
    """
    beside = {"also_in": also_in, "focuses": focuses, "external_ids": external_ids}
    change = Change(id, fields, is_new=True, beside=beside)
    return write_organisations(actor=actor, changes=[change])[0].row  # type: ignore[no-any-return]  # of whatever noun


def edit_organisation(
    *,
    actor: Actor,
    organisation_id: UUID,
    version: int | None = None,
    also_in: Iterable[District] | None = None,
    focuses: Sequence[FocusRow] | None = None,
    external_ids: Sequence[ExternalIdRow] | None = None,
    may_have_left: bool = False,
    **fields: Unpack[OrganisationFields],
) -> Organisation:
    """Change the given fields and child rows; what is not given stays.

    With `may_have_left` (an undo) a lead or deputy need not work here any more.

    Raises DoesNotExist when the actor does not see it, PermissionDenied when it is read-only here,
    StaleVersion when `version` is not the current one, ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    beside = {"also_in": also_in, "focuses": focuses, "external_ids": external_ids}
    change = Change(organisation_id, fields, version=version, beside=beside)
    written = write_organisations(actor=actor, changes=[change], may_have_left=may_have_left)
    return written[0].row  # type: ignore[no-any-return]  # of whatever noun


def verify_organisation(*, actor: Actor, organisation_id: UUID, version: int | None = None) -> Organisation:
    """The details were checked with them today."""
    return edit_organisation(
        actor=actor, organisation_id=organisation_id, version=version, verified_on=city_today()
    )


@transaction.atomic
def write_organisations(
    *,
    actor: Actor,
    changes: Sequence[Change],
    action: Action | None = None,
    purpose: str = "",
    locked: Mapping[UUID, Organisation] | None = None,
    is_checked: bool = False,
    may_have_left: bool = False,
    taken_back: datetime | None = None,
) -> list[Written]:
    """Make every change or none, one for each organisation. Returns what was written, in the same order.

    `beside` holds `also_in`, `focuses` and `external_ids`, or `added_ids` and `dropped_ids` as (source, id)
    where other ids stay. `action` names the event in the trail, if it is another than that of each change.
    `locked` holds the organisations if the caller has locked them (`locked_organisations`). `is_checked`
    states that the values have passed the checks of their fields (exchange.imports.converting). For an undo,
    `may_have_left` accepts a lead or deputy who has left; `taken_back` is when the undone change was made.

    Raises DoesNotExist where the actor does not see one, PermissionDenied where it is read-only or its home
    district is not covered, StaleVersion, ValidationError by field.
    """
    if locked is None:
        locked = locked_organisations(actor, [one.id for one in changes if one.id and not one.is_new])
    written = [
        _made(actor, change, is_checked=is_checked)
        if change.is_new
        else _changed(actor, change, locked, is_checked=is_checked)
        for change in changes
    ]
    new = [one for one in written if one.op == Op.CREATED]
    known = [one for one in written if one.names and one.op != Op.CREATED]
    for one in (*new, *known):
        _check(actor, one, is_checked=is_checked, may_have_left=may_have_left)
    if new:
        _insert([one.row for one in new])
    if known:
        save_organisations({one.row: one.before for one in known}, taken_back=taken_back)
    _add_beside(changes, written)
    follow_districts(actor, known, districts_of_organisation)
    record_written(actor, "organisation", [*new, *known], action, purpose)
    moved = {one.row.pk: one.districts for one in known if _PLACES & set(one.names)}
    tell_of_moves(actor, moved, purpose=purpose)
    return written


def locked_organisations(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Those of the organisations that the actor sees, locked in one order until the transaction ends."""
    if not ids:
        return {}
    rows = Organisation.objects.visible_to(actor).filter(id_in("pk", ids)).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(of=("self",)).prefetch_related(_SEEN_IN)}


def save_organisations(
    changed: Mapping[Organisation, Iterable[str]], *, taken_back: datetime | None = None
) -> None:
    """Write known rows that have new values in the columns named, with their periods (`save_changed`)."""
    save_changed(changed, fold_organisation)
    dated = [row for row, columns in changed.items() if not set(columns).isdisjoint(DATED)]
    follow_periods(dated, taken_back=taken_back)
    if timed := [row.pk for row, columns in changed.items() if row in dated or "last_met_at" in columns]:
        refresh_meet_by(timed)


def erase_organisations(*, actor: Actor, ids: Collection[UUID], purpose: str) -> None:
    """Take out of the book for good what nothing refers to; the caller holds the rows and has asked.

    No more of them is read than the trail needs: of each number read the country's rules are asked.
    """
    made = Organisation.objects.filter(id_in("pk", ids)).only("version", "home_district")
    rows = made.prefetch_related(_SEEN_IN)
    record_erased(actor, "organisation", rows, districts_of_organisation, purpose)
    made.delete()


def districts_of_organisation(row: Organisation) -> set[UUID]:
    """Where it is seen: at home, and where else it is active."""
    return {row.home_district_id, *(district.pk for district in row.also_in.all())}


def _made(actor: Actor, change: Change, *, is_checked: bool) -> Written:
    row = _blank(change.id or uuid7())
    assign(row, change.values, is_clean=is_checked)
    if row.home_district_id and not can_write_in(actor, row.home_district_id):
        raise PermissionDenied
    return Written(row, Op.CREATED, {row.home_district_id}, list(change.values))


def _changed(
    actor: Actor, change: Change, locked: Mapping[UUID, Organisation], *, is_checked: bool
) -> Written:
    row = locked.get(change.id) if change.id else None
    if row is None:
        raise Organisation.DoesNotExist
    if not can_edit_organisation(actor, row):
        raise PermissionDenied
    districts = districts_of_organisation(row)
    before = change.made_on(row, is_clean=is_checked)
    if "home_district" in before and not can_write_in(actor, row.home_district_id):
        raise PermissionDenied
    names = [*before, *_set_beside(row, change.beside)]
    is_closed = "status" in before and row.status == OrganisationStatus.CLOSED
    return Written(row, Op.ARCHIVED if is_closed else Op.UPDATED, districts, names, before)


def _blank(id: UUID) -> Organisation:
    """A new row with every column's default: without what an instance takes time for that none needs here."""
    row = Organisation.__new__(Organisation)
    row._state = ModelState()
    now = timezone.now()
    row.__dict__.update(_defaults(), id=id, languages=[], clues=[], created_at=now, updated_at=now)
    return row


@cache
def _defaults() -> dict[str, Any]:
    return {column.attname: column.get_default() for column in Organisation._meta.concrete_fields}


def _check(actor: Actor, one: Written, *, is_checked: bool, may_have_left: bool) -> None:
    """Each field, that no day is to come, and that those who come to lead it are people who write here.

    What a constraint refuses, the write says (`constraints_in_words`).
    """
    row = one.row
    if not is_checked:
        check_phone(row.phone)
        row.clean_fields()
        if one.op == Op.CREATED:
            row.validate_unique()
    if days := _PAST.intersection(one.names):
        refuse_future(row, days)
    for name in () if may_have_left else {"lead_officer", "deputy_officer"}.intersection(one.names):
        officer: User | None = getattr(row, name)
        if officer and not (officer.is_active and officer.role in WRITES):
            raise ValidationError({name: _("Choose an officer or supervisor with an active account.")})
        if officer and not can_give_lead(actor, row.home_district, officer):
            text = _("You have temporary access here. Choose an officer who is assigned to this district.")
            raise ValidationError({name: text})


def _insert(rows: Sequence[Organisation]) -> None:
    for row in rows:
        fold_organisation(row)
    with constraints_in_words(Organisation):
        insert_rows(Organisation, rows)
    open_periods(rows)
    if timed := [row.pk for row in rows if row.cadence_days]:
        refresh_meet_by(timed)


def _add_beside(changes: Iterable[Change], written: Iterable[Written]) -> None:
    """What stands beside new rows, and ids that are added to what there is."""
    pairs = list(zip(changes, written, strict=True))
    ids = [(one.row.pk, *added) for change, one in pairs for added in change.beside.get("added_ids", ())]
    if ids:
        with constraints_in_words(OrganisationExternalId):
            insert_values(OrganisationExternalId, ["organisation_id", "source", "external_id"], ids)
    for change, one in pairs:
        given = {name: change.beside[name] for name in _BESIDE if change.beside.get(name)}
        if given and one.op == Op.CREATED:
            _set_beside(one.row, given)
            one.districts |= districts_of_organisation(one.row)


def _set_beside(row: Organisation, beside: Mapping[str, Any]) -> list[str]:
    """Set the child rows that are given; answers the names of what changed."""
    dropped = beside.get("dropped_ids", ())
    for source, external_id in dropped:
        row.external_ids.filter(source=source, external_id=external_id).delete()
    names = ["external_ids"] if dropped or beside.get("added_ids") else []
    for name, write in _BESIDE.items():
        if beside.get(name) is not None and write(row, beside[name]):
            names.append(name)
    return names


def _set_also_in(row: Organisation, districts: Iterable[District]) -> bool:
    before = set(row.also_in.values_list("pk", flat=True))
    after = {district.pk: district for district in districts}
    if before == set(after):
        return False
    refuse_more("also_in", after)
    row.also_in.set(after.values())
    return True


def _set_focuses(row: Organisation, focuses: Sequence[FocusRow]) -> bool:
    """Make the declarations those given: one per community; answers whether anything changed."""
    names = ("focus", "declared_by", "declared_on", "evidence_url")
    before = {one.focus: one for one in row.focus_declarations.all()}
    rows = [FocusDeclaration(organisation=row) for _focus in focuses]
    for one, given in zip(rows, focuses, strict=True):
        assign(one, given)
        one.clean_fields(exclude=["organisation"])
    if any(one.declared_on > city_today() for one in rows):
        raise ValidationError({"focuses": _("The date must not be in the future.")})
    if len({one.focus for one in rows}) < len(rows):
        raise ValidationError({"focuses": _("Add each community only once.")})
    same = {r.focus: [getattr(r, n) for n in names] for r in before.values()}
    if same == {r.focus: [getattr(r, n) for n in names] for r in rows}:
        return False
    row.focus_declarations.all().delete()
    FocusDeclaration.objects.bulk_create(rows)
    return True


_BESIDE: Final[Mapping[str, Any]] = {
    "also_in": _set_also_in,
    "focuses": _set_focuses,
    "external_ids": set_external_ids,
}
