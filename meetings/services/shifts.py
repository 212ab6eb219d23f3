"""Duty shifts: officers begin and end their own, and supervisors plan them.

Here and not in accounts, because a shift also notifies supervisors.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actors import SYSTEM, Actor
from accounts.models import DutyShift, ShiftAnswer, ShiftDistrict, User
from accounts.policies import can_begin_shift, can_plan_shifts
from accounts.queries.duty import last_shift_in
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from reminders.services.reminders import notify


@transaction.atomic
def begin_shift(*, actor: Actor, districts: Sequence[District], reason: str, hours: int) -> DutyShift:
    """Open up to three further districts and their parts to the actor at once, and notify supervisors.

    Raises PermissionDenied. Raises ValidationError if the actor is on duty already, for more than 12 hours,
    for a district that the actor covers, that contains the actor's own or that is the whole city, and after
    three such shifts in 30 days.
    """
    user = _officer_who_begins(actor)
    _check_districts_to_begin(actor, user, districts, opened=0)
    if not 1 <= hours <= rules.MAX_SHIFT_HOURS:
        raise ValidationError({"hours": _("Choose between 1 and 12 hours.")})
    starts_at = timezone.now()
    shift = DutyShift(
        user=user, reason=reason, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours)
    )
    return _save_new(actor, user, shift, districts)


@transaction.atomic
def begin_again(*, actor: Actor, district: District) -> DutyShift:
    """Open a district of a shift that ended again, for what was left of it, or 2 hours if it had run out.

    A shift that is open gets the district. Raises DoesNotExist if the actor had no such shift today, and
    otherwise as `begin_shift`.
    """
    last_shift = last_shift_in(actor, district, timezone.now())
    if last_shift is None:
        raise DutyShift.DoesNotExist
    districts = [_single(last_shift, district)]
    if actor.is_on_duty:
        shift: DutyShift = add_districts(actor=actor, districts=districts)
        return shift
    time_left = last_shift.ends_at - timezone.now()
    hours = ceil(time_left / timedelta(hours=1)) if time_left > timedelta(0) else rules.HOURS_AFTER_THE_END
    return begin_shift(actor=actor, districts=districts, reason=last_shift.reason, hours=hours)


def _single(shift: DutyShift, district: District) -> District:
    """Return the district of a shift that contains `district`. Of the whole city, only the part with it."""
    rows = ShiftDistrict.objects.filter(shift=shift, district__in=district.lineage[1:] or district.lineage)
    if opened := rows.select_related("district").order_by("district__lineage__len", "pk").first():
        return opened.district
    return District.objects.get(pk=district.lineage[1])


@transaction.atomic
def add_districts(*, actor: Actor, districts: Sequence[District]) -> DutyShift:
    """Open further districts within the actor's open shift, up to three. Raises as `begin_shift`."""
    user = _officer_who_begins(actor)
    shift = _locked_own_shift(actor)
    if shift is None:
        raise ValidationError({"districts": _("Your shift has ended. Begin a new one.")})
    opened = shift.shift_districts.begun_by_oneself().count()
    _check_districts_to_begin(actor, user, districts, opened=opened, shift=shift)
    _add(shift, districts, timezone.now(), user)
    _write(actor, shift, ["districts"])
    return shift


def _officer_who_begins(actor: Actor) -> User:
    """Return the actor's account, locked, so that two shifts cannot begin at once."""
    if not can_begin_shift(actor):
        raise PermissionDenied
    user: User = User.objects.select_for_update(no_key=True).get(pk=actor.id)
    return user


def _check_districts_to_begin(
    actor: Actor, user: User, districts: Sequence[District], *, opened: int, shift: DutyShift | None = None
) -> None:
    """Refuse districts that an officer cannot open herself. `opened` says how many the shift has already."""
    own_district_ids = {pk for lineage in user.districts.values_list("lineage", flat=True) for pk in lineage}
    if not own_district_ids:
        raise PermissionDenied
    if not districts:
        raise ValidationError({"districts": _("Choose a district.")})
    if opened + len(districts) > rules.MOST_BEGUN_DISTRICTS:
        text = _("Choose up to three districts. A supervisor plans a shift in more of them.")
        raise ValidationError({"districts": text})
    for district in districts:
        if actor.covers(district.pk):
            raise ValidationError({"districts": _("You already have access to that district.")})
        is_city = district.parent_id is None and District.objects.filter(parent=district).exists()
        if is_city or district.pk in own_district_ids or not district.is_active:
            text = _("Choose single districts. Only a supervisor plans a shift in the whole city.")
            raise ValidationError({"districts": text})
    earlier = DutyShift.objects.of_user(user.pk).with_begun_districts()
    if shift is not None:
        earlier = earlier.exclude(pk=shift.pk)
    if earlier.filter(starts_at__gt=timezone.now() - rules.BEGUN_WITHIN).count() >= rules.MOST_BEGUN_SHIFTS:
        raise ValidationError(
            _("You have begun three shifts yourself in 30 days. Ask a supervisor to plan this one."),
            code="only_planned",
        )


@transaction.atomic
def plan_shift(
    *,
    actor: Actor,
    user: User,
    districts: Sequence[District],
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
) -> DutyShift:
    """Plan a shift of an officer or a supervisor in districts that the actor covers, the whole city included.

    Raises PermissionDenied. Raises ValidationError for more than 12 hours, for hours that are over or in
    which the user has a shift, for a district that is inactive or not covered, and for someone without one.
    """
    if not can_plan_shifts(actor):
        raise PermissionDenied
    planner: User = User.objects.get(pk=actor.id)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active or user.role not in rules.WRITES or not user.districts.exists():
        raise ValidationError({"user": _("Choose an officer or a supervisor with a confirmed district.")})
    if not districts:
        raise ValidationError({"districts": _("Choose a district.")})
    if not all(district.is_active and actor.covers(district.pk) for district in districts):
        raise ValidationError({"districts": _("Choose districts that you cover.")})
    moment = timezone.now()
    starts_at = max(starts_at, moment)
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("Choose an end after the beginning, and still to come.")})
    if ends_at - starts_at > timedelta(hours=rules.MAX_SHIFT_HOURS):
        raise ValidationError({"ends_at": _("A shift lasts 12 hours at most.")})
    if starts_at > moment + rules.PLANNED_WITHIN:
        raise ValidationError({"starts_at": _("Choose a day within the next 60 days.")})
    shift = DutyShift(user=user, reason=reason, starts_at=starts_at, ends_at=ends_at, planned_by=planner)
    return _save_new(actor, planner, shift, districts)


def _save_new(actor: Actor, adder: User, shift: DutyShift, districts: Sequence[District]) -> DutyShift:
    shift.full_clean()
    shift.save(force_insert=True)
    _add(shift, districts, shift.starts_at, adder)
    names = ["user", "districts", "reason", "starts_at", "ends_at"]
    _record(actor, Action.CREATE, Op.CREATED, shift, names)
    notify("shift", shift.pk)
    return shift


def _add(shift: DutyShift, districts: Sequence[District], since: datetime, adder: User) -> None:
    ShiftDistrict.objects.bulk_create(
        ShiftDistrict(shift=shift, district=district, since=since, added_by=adder) for district in districts
    )


@transaction.atomic
def end_shift(*, actor: Actor) -> DutyShift | None:
    """End the actor's shift now, and return it; None if none is open."""
    shift = _locked_own_shift(actor)
    if shift is None:
        return None
    shift.ended_at = timezone.now()
    _write(actor, shift, ["ended_at"])
    return shift


@transaction.atomic
def prolong_shift(*, actor: Actor) -> DutyShift | None:
    """Let the actor's shift end one hour later, once, and return it; None if none is open.

    Raises ValidationError the second time, if it would last more than 12 hours, and if the next shift of the
    actor has begun by then.
    """
    shift = _locked_own_shift(actor)
    if shift is None:
        return None
    if shift.is_prolonged:
        raise ValidationError(_("You have prolonged this shift already. Hand over what is open."))
    shift.ends_at, shift.is_prolonged = shift.ends_at + timedelta(hours=1), True
    shift.full_clean()
    _write(actor, shift, ["ends_at"])
    return shift


@transaction.atomic
def cancel_shift(*, actor: Actor, shift_id: UUID) -> DutyShift:
    """End another's shift now, or delete it if it has not begun.

    Raises DoesNotExist, and PermissionDenied unless the actor is a supervisor of one of its districts, or
    planned it.
    """
    visible_shifts = DutyShift.objects.visible_to(actor).not_over_at(timezone.now())
    shift = visible_shifts.select_for_update(of=("self",), no_key=True).get(pk=shift_id)
    is_here = any(actor.covers(pk) for pk in _district_ids(shift))
    if not can_plan_shifts(actor) or not (is_here or shift.planned_by_id == actor.id):
        raise PermissionDenied
    if shift.starts_at <= timezone.now():
        shift.ended_at = timezone.now()
        _write(actor, shift, ["ended_at"])
        return shift
    _record(actor, Action.ERASE, Op.ERASED, shift, ["user", "districts", "starts_at", "ends_at"])
    shift_id = shift.pk
    shift.delete()
    notify("shift", shift_id)
    return shift


@transaction.atomic
def answer_district(*, actor: Actor, shift_district_id: UUID, answer: str) -> ShiftDistrict:
    """Record whether it was right that an officer opened a district herself.

    The answer holds for all districts of that shift about which the actor is to answer. Raises DoesNotExist
    if the actor is not to answer, or someone has answered, and ValidationError.
    """
    to_answer = ShiftDistrict.objects.to_answer(actor, timezone.now())
    asked_row = to_answer.get(pk=shift_district_id)
    rows = to_answer.filter(shift=asked_row.shift_id).select_related("shift", "district").order_by("pk")
    answered = list(rows.select_for_update(of=("self",), no_key=True))
    row = next((row for row in answered if row.pk == asked_row.pk), None)
    if row is None:  # answered meanwhile
        raise ShiftDistrict.DoesNotExist
    if answer not in ShiftAnswer.values:
        raise ValidationError({"answer": _("Choose from the list.")})
    for opened_row in answered:
        opened_row.answer, opened_row.answered_by_id, opened_row.answered_at = (
            answer,
            actor.id,
            timezone.now(),
        )
        opened_row.save()
    _record(
        actor,
        Action.UPDATE,
        Op.UPDATED,
        row.shift,
        ["answer"],
        [opened_row.district_id for opened_row in answered],
    )
    return row


def _locked_own_shift(actor: Actor) -> DutyShift | None:
    own_shifts = DutyShift.objects.visible_to(actor).of_user(actor.id).open_at(timezone.now())
    return own_shifts.select_for_update(of=("self",), no_key=True).first()


def follow_redrawn(district: District, successor: District) -> None:
    """Move shifts that are not over from a redrawn district to its successor."""
    going_on = DutyShift.objects.not_over_at(timezone.now()).filter(shift_districts__district=district)
    for shift in going_on.select_for_update(of=("self",), no_key=True).order_by("pk"):
        rows = ShiftDistrict.objects.filter(shift=shift)
        if rows.filter(district=successor).exists():
            rows.filter(district=district).delete()
        else:
            rows.filter(district=district).update(district=successor)
        _write(SYSTEM, shift, ["districts"])


def _district_ids(shift: DutyShift) -> list[UUID]:
    return list(shift.shift_districts.order_by("pk").values_list("district_id", flat=True))


def _write(actor: Actor, shift: DutyShift, names: list[str]) -> None:
    shift.version += 1
    shift.save()
    _record(actor, Action.UPDATE, Op.UPDATED, shift, names)
    notify("shift", shift.pk)


def _record(
    actor: Actor,
    action: Action,
    op: Op,
    shift: DutyShift,
    names: list[str],
    district_ids: list[UUID] | None = None,
) -> None:
    row = Changed(
        "shift", shift.pk, op, shift.version, district_ids or _district_ids(shift), field_names=names
    )
    record_changes(actor, action, [row], purpose=rules.duty_purpose(shift.reason))
