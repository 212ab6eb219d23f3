"""Colleagues on duty."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import DutyShift, Role, ShiftDistrict, User, UserQuerySet
from accounts.rules import WRITES
from districts.models import District


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An officer or a supervisor on duty in districts, and in what lies within them."""

    user: User
    role: str
    district_ids: frozenset[UUID]
    since: datetime
    ends_at: datetime
    shift_id: UUID


def on_duty(district_ids: Iterable[UUID], moment: datetime) -> list[OnDuty]:
    """Officers and supervisors on duty in one of these districts, or in one that contains it, then by start.

    `district_ids` of a result are all districts of the shift, as they were chosen.
    """
    opened = ShiftDistrict.objects.filter(shift=OuterRef("pk")).open_at(moment)
    shifts = DutyShift.objects.open_at(moment).filter(
        Exists(opened.reaching(frozenset(district_ids))), user__is_active=True, user__role__in=WRITES
    )
    return [
        OnDuty(
            user=shift.user,
            role=shift.user.role,
            district_ids=frozenset(
                row.district_id for row in shift.shift_districts.all() if row.since <= moment
            ),
            since=shift.starts_at,
            ends_at=shift.until,
            shift_id=shift.pk,
        )
        for shift in shifts.with_districts().order_by("starts_at", "pk")
    ]


def working_in(staff: UserQuerySet, district: District) -> UserQuerySet:
    """The users of `staff` who cover `district` now: their own districts do, or an officer's duty shift."""
    opened = ShiftDistrict.objects.open_at(timezone.now()).filter(
        shift__user_id=OuterRef("pk"), district_id__in=district.lineage
    )
    return staff.covering(district) | staff.filter(Exists(opened), role=Role.OFFICER)


def last_shift_in(actor: Actor, district: District, moment: datetime) -> DutyShift | None:
    """The actor's last shift in a district or in one that contains it, if it was open within a day."""
    opened = ShiftDistrict.objects.filter(shift=OuterRef("pk"), district__in=district.lineage)
    shifts = DutyShift.objects.visible_to(actor).of_user(actor.id)
    recent = shifts.filter(Exists(opened), starts_at__lte=moment, ends_at__gt=moment - timedelta(days=1))
    return recent.order_by("-starts_at", "-pk").first()
