"""Redraw a district, today or on a later day: it closes, and its successors take over."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action, Op
from districts.models import District
from districts.policies import can_choose_homes, can_manage_districts
from districts.services import followers
from districts.services.districts import (
    create_district,
    described_district,
    lock_districts,
    record_district,
    refuse_change_of_access,
)
from lib.acting import Acting
from lib.conflicts import check_version
from lib.days import city_today


@transaction.atomic
def redraw_district(
    *,
    actor: Acting,
    district_id: UUID,
    version: int | None = None,
    on: date | None = None,
    also: Sequence[Mapping[str, Any]] = (),
    code: str,
    **fields: Any,
) -> District:
    """Close a district and open a successor, with the district's fields unless `fields` replace them.

    `also` are the `code` and fields of further successors. If an active district has the `code`, it becomes
    the successor. Organisations, contacts, planned meetings, open concerns and future audits move to the
    successor. Past records stay, so past figures do not change. Accounts that cover the district cover its
    successors, too. If a redrawn district gets another successor, no records move.

    If `on` is a later day, only the plan is stored. Until then, supervisors can choose a successor for each
    organisation (`choose_homes`).

    Returns the first successor, or the district itself if only planned. Raises PermissionDenied,
    StaleVersion, and ValidationError by field. Fields of further successors have a number (`code_2`).
    """
    district = _lock_district(actor, district_id, version)
    if District.objects.active().filter(parent=district).exists():
        raise ValidationError(_("Redraw the neighbourhoods of this district first."))
    if not district.is_active and not district.closed_on:
        raise ValidationError(_("This district is not active."))
    into = [{"code": code, **fields}, *also]
    if on and on != city_today():
        return _plan_redraw(actor, district, on, into)
    return _carry_out_redraw(actor, district, into, {}, city_today(), is_strict=actor.kind == "user")


@transaction.atomic
def cancel_redraw(*, actor: Acting, district_id: UUID, version: int | None = None) -> None:
    """Cancel a redraw that is planned. Raises PermissionDenied, StaleVersion."""
    district = _lock_district(actor, district_id, version)
    district.redraw_on = district.redraw = None
    _save_plan(actor, district)


@transaction.atomic
def choose_homes(*, actor: Acting, district_id: UUID, homes: Mapping[UUID, str]) -> None:
    """Set the planned successor of each organisation, by code.

    Raises PermissionDenied unless the actor supervises the district, and ValidationError for other codes.
    """
    district = described_district(actor, district_id, can_choose_homes)
    plan = district.redraw
    if not plan or not {*homes.values()} <= {successor["code"] for successor in plan["into"]}:
        raise ValidationError(_("Choose a successor from the list."))
    plan["homes"] |= {str(pk): code for pk, code in homes.items()}
    _save_plan(actor, district)


def carry_out_redraws(actor: Acting, today: date) -> int:
    """Redraw the districts whose day has come, and return their number. Rejected redraws stay planned."""
    due = District.objects.active().filter(redraw_on__lte=today).order_by("pk")
    redrawn_count = 0
    for pk in due.values_list("pk", flat=True):
        try:
            with transaction.atomic():
                district = _lock_district(actor, pk, None)
                if not (plan := district.redraw):
                    continue
                district.redraw_on = district.redraw = None
                _carry_out_redraw(
                    actor, district, _read_plan(plan), plan["homes"], today, is_strict=plan["is_strict"]
                )
                redrawn_count += 1
        except ValidationError as error:
            district = District.objects.get(pk=pk)
            reason = "; ".join(error.messages)
            if district.redraw and district.redraw.get("refused") != reason:
                District.objects.filter(pk=pk).update(redraw=district.redraw | {"refused": reason})
    return redrawn_count


def _plan_redraw(actor: Acting, district: District, on: date, into: Sequence[Mapping[str, Any]]) -> District:
    """Store the plan for a redraw, after validating it as if it were carried out today."""
    if on < city_today():
        raise ValidationError({"on": _("Choose today or a later day.")})
    if district.closed_on:
        raise ValidationError({"on": _("This district is already redrawn. Choose today.")})
    is_strict = actor.kind == "user"
    with transaction.atomic():
        for number, successor in enumerate(into, 1):
            _make_successor(actor, district, number, successor, on, is_strict=is_strict)
        transaction.set_rollback(True)
    district.refresh_from_db()
    parents = [successor.get("parent", district.parent) for successor in into]
    planned = [
        {
            "code": successor["code"],
            "name": successor.get("name") or district.name,
            "parent": str(parent.pk) if parent else "",
        }
        for successor, parent in zip(into, parents, strict=True)
    ]
    district.redraw_on, district.redraw = on, {"into": planned, "homes": {}, "is_strict": is_strict}
    _save_plan(actor, district)
    return district


def _read_plan(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    ids = {successor["parent"] for successor in plan["into"] if successor["parent"]}
    parents: dict[str, District | None] = {str(row.pk): row for row in District.objects.filter(pk__in=ids)}
    if len(parents) < len(ids):
        raise ValidationError(_("A district that a successor is part of is gone."))
    return [successor | {"parent": parents.get(successor["parent"])} for successor in plan["into"]]


def _save_plan(actor: Acting, district: District) -> None:
    district.version += 1
    district.updated_at = timezone.now()
    district.save(update_fields=["redraw_on", "redraw", "version", "updated_at"])
    record_district(actor, Action.UPDATE, Op.UPDATED, district, district.lineage, ["redraw"])


def _lock_district(actor: Acting, district_id: UUID, version: int | None) -> District:
    if not can_manage_districts(actor):
        raise PermissionDenied
    lock_districts()
    rows = District.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    district: District = rows.get(pk=district_id)
    check_version(district.version, version)
    return district


def _carry_out_redraw(
    actor: Acting,
    district: District,
    into: Sequence[Mapping[str, Any]],
    homes: Mapping[str, str],
    day: date,
    *,
    is_strict: bool,
) -> District:
    is_first = district.closed_on is None
    opened = [
        _make_successor(actor, district, number, successor, day, is_strict=is_strict)
        for number, successor in enumerate(into, 1)
    ]
    if is_first:
        by_code = {successor.code: successor for successor in opened}
        chosen = {UUID(pk): by_code[code] for pk, code in homes.items()}
        for move in followers.ROWS:
            move(district, followers.Successors(opened[0], chosen))
        district.is_active, district.closed_on = False, day
    district.version += 1
    district.updated_at = timezone.now()
    district.save()
    action, op = (Action.ARCHIVE, Op.ARCHIVED) if is_first else (Action.UPDATE, Op.UPDATED)
    names = ["is_active", "closed_on", "successors"] if is_first else ["successors"]
    lineages = {*district.lineage, *(pk for successor in opened for pk in successor.lineage)}
    record_district(actor, action, op, district, lineages, names)
    return opened[0]


def _make_successor(
    actor: Acting, district: District, number: int, fields: Mapping[str, Any], day: date, *, is_strict: bool
) -> District:
    """Open a successor, or make an active district the successor, with the same access.

    Errors of further successors have the field's number.
    """
    try:
        return _open_successor(actor, district, dict(fields), day, is_strict=is_strict)
    except ValidationError as error:
        if number == 1 or not hasattr(error, "error_dict"):
            raise
        raise ValidationError(
            {f"{name}_{number}": errors for name, errors in error.error_dict.items()}
        ) from error


def _open_successor(
    actor: Acting, district: District, fields: dict[str, Any], day: date, *, is_strict: bool
) -> District:
    code = fields.pop("code")
    successor = District.objects.active().filter(code=code).exclude(pk=district.pk).first()
    joined = {district.pk} if successor else set()  # accounts of each district see records of the other
    if successor is None:
        inherited = {name: getattr(district, name) for name in ("name", "parent", "population")}
        successor = create_district(actor=actor, code=code, opened_on=day, **(inherited | fields))
    text = _(
        "Redrawing it would give accounts or API keys access to more records. Redraw it on the server with "
        "manage.py redraw_district."
    )
    above = {*successor.lineage} - {*district.lineage}
    gained = above | joined if joined else above - {successor.pk}
    refuse_change_of_access(is_strict, gained, {"code": text})
    text = _(
        "Redrawing it would take records from accounts or API keys. Redraw it on the server with "
        "manage.py redraw_district."
    )
    lost = {*district.lineage} - {*successor.lineage, district.pk}
    refuse_change_of_access(is_strict, lost, {"parent": text})
    successor.succeeds.add(district)
    for follow in followers.ACCESS:
        follow(district, successor)
    return successor
