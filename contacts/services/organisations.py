"""Adding and changing organisations. `OrganisationPeriod` rows follow every change that figures depend on."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.codes import OrganisationStatus
from contacts.models import UNDO_WITHIN, FocusDeclaration, Organisation, OrganisationPeriod
from contacts.policies import can_edit_organisation, can_write_in
from contacts.services.folding import fold_organisation
from contacts.services.moves import tell_of_moves
from contacts.services.phones import check_phone
from contacts.services.summaries import refresh_meet_by
from districts.models import District
from lib.conflicts import check_version
from lib.days import city_today
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.limits import refuse_more
from lib.rows import assign, refuse_future

PAST = frozenset({"verified_on", "reporting_tested_on"})
DATED = ("status", "home_district", "lead_officer", "deputy_officer", "cadence_days", "verified_on")


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


@transaction.atomic
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
    organisation = Organisation(**({"id": id} if id else {}))
    assign(organisation, fields)
    if organisation.home_district_id and not can_write_in(actor, organisation.home_district_id):
        raise PermissionDenied
    fold_organisation(organisation)
    _check(organisation, list(fields))
    organisation.save(force_insert=True)
    _set_also_in(organisation, also_in)
    _set_focuses(organisation, focuses)
    set_external_ids(organisation, external_ids)
    _open_period(organisation, organisation.created_at)
    refresh_meet_by([organisation.pk])
    _record(
        actor, Action.CREATE, Op.CREATED, organisation, districts_of_organisation(organisation), list(fields)
    )
    return organisation


@transaction.atomic
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
    organisation = locked_organisation(actor, organisation_id)
    if not can_edit_organisation(actor, organisation):
        raise PermissionDenied
    check_version(organisation.version, version)
    districts = districts_of_organisation(organisation)
    changed = assign(organisation, fields)
    if "home_district" in changed and not can_write_in(actor, organisation.home_district_id):
        raise PermissionDenied
    if also_in is not None and _set_also_in(organisation, also_in):
        changed.append("also_in")
    if focuses is not None and _set_focuses(organisation, focuses):
        changed.append("focuses")
    if external_ids is not None and set_external_ids(organisation, external_ids):
        changed.append("external_ids")
    if not changed:
        return organisation
    fold_organisation(organisation)
    _check(organisation, () if may_have_left else changed)
    organisation.version += 1
    organisation.updated_at = timezone.now()
    organisation.save()
    if set(changed) & set(DATED):
        follow_period(organisation, organisation.updated_at)
        refresh_meet_by([organisation.pk])
    closed = "status" in changed and organisation.status == OrganisationStatus.CLOSED
    action, op = (Action.ARCHIVE, Op.ARCHIVED) if closed else (Action.UPDATE, Op.UPDATED)
    after = districts_of_organisation(organisation)
    refuse_widening(actor, districts, after)
    districts |= after
    _record(actor, action, op, organisation, districts, changed)
    if {"home_district", "also_in"} & set(changed):
        tell_of_moves(actor, {organisation.pk: districts})
    return organisation


def verify_organisation(*, actor: Actor, organisation_id: UUID, version: int | None = None) -> Organisation:
    """The details were checked with them today."""
    return edit_organisation(
        actor=actor, organisation_id=organisation_id, version=version, verified_on=city_today()
    )


def locked_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """The organisation as the actor sees it, locked until the transaction ends."""
    return Organisation.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=organisation_id)


def _check(organisation: Organisation, changed: Iterable[str]) -> None:
    """Constraints, and that those who come to lead it are people who write here."""
    check_phone(organisation.phone)
    organisation.full_clean()
    refuse_future(organisation, PAST.intersection(changed))
    for field in {"lead_officer", "deputy_officer"} & set(changed):
        officer: User | None = getattr(organisation, field)
        if officer and not (officer.is_active and officer.role in WRITES):
            raise ValidationError({field: _("Choose an officer or supervisor who works here now.")})


def districts_of_organisation(organisation: Organisation) -> set[UUID]:
    """Where it is seen: at home, and where else it is active."""
    return {organisation.home_district_id, *organisation.also_in.values_list("pk", flat=True)}


def _set_also_in(organisation: Organisation, districts: Iterable[District]) -> bool:
    before = set(organisation.also_in.values_list("pk", flat=True))
    after = {district.pk: district for district in districts}
    if before == set(after):
        return False
    refuse_more("also_in", after)
    organisation.also_in.set(after.values())
    return True


def _set_focuses(organisation: Organisation, focuses: Sequence[FocusRow]) -> bool:
    """Make the declarations those given: one per community; answers whether anything changed."""
    names = ("focus", "declared_by", "declared_on", "evidence_url")
    before = {row.focus: row for row in organisation.focus_declarations.all()}
    rows = [FocusDeclaration(organisation=organisation) for _focus in focuses]
    for row, given in zip(rows, focuses, strict=True):
        assign(row, given)
        row.clean_fields(exclude=["organisation"])
    if any(row.declared_on > city_today() for row in rows):
        raise ValidationError({"focuses": _("This is in the future.")})
    if len({row.focus for row in rows}) < len(rows):
        raise ValidationError({"focuses": _("Each community is declared once.")})
    same = {r.focus: [getattr(r, n) for n in names] for r in before.values()}
    if same == {r.focus: [getattr(r, n) for n in names] for r in rows}:
        return False
    organisation.focus_declarations.all().delete()
    FocusDeclaration.objects.bulk_create(rows)
    return True


def _open_period(organisation: Organisation, since: datetime) -> None:
    OrganisationPeriod.objects.create(
        organisation=organisation, since=since, **{name: getattr(organisation, name) for name in DATED}
    )


def follow_period(organisation: Organisation, now: datetime, *, taken_back: datetime | None = None) -> None:
    """End the current period and begin one with what figures depend on as it is now.

    What is again as it was within the time of an undo never was otherwise, so that period goes on: no figure
    knows of a change that was taken back. `taken_back` is when it was made, where an undo has longer.
    """
    as_now = {name: getattr(organisation, name) for name in DATED}
    lately = organisation.periods.filter(until__gte=taken_back or now - UNDO_WITHIN, **as_now)
    if same := lately.order_by("since").last():
        organisation.periods.filter(since__gte=same.until).delete()
        organisation.periods.filter(pk=same.pk).update(until=None)
        return
    organisation.periods.filter(until__isnull=True).update(until=now)
    _open_period(organisation, now)


def _record(
    actor: Actor, action: Action, op: Op, organisation: Organisation, districts: set[UUID], names: list[str]
) -> None:
    record_changes(
        actor,
        action,
        [Changed("organisation", organisation.pk, op, organisation.version, districts, field_names=names)],
    )
