"""The steps that move when a shift is handed over, and their new owners, as a reader can see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import DutyShift, ShiftDistrict, User
from accounts.models.duty import DutyShiftQuerySet
from accounts.rules import WRITES
from districts.models import District
from incidents.models import Incident, IncidentStep, ShiftHandover, StepHandover
from incidents.services.shift_handovers import NEXT_WITHIN, moves_of_shift
from lib.row_context import Opened, opened

MOST_COLLEAGUES: Final = 60
#: Steps of a shift that ran out pass on a little later.
PASSED_ON_WITHIN: Final = timedelta(hours=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """Steps of an incident that go to one colleague. `owner` is None for steps that stay.

    `incident` is None if the reader does not see it.
    """

    incident: Incident | None
    owner: User | None
    texts: Sequence[str]

    @property
    def count(self) -> int:
        return len(self.texts)


def shifts_seen_by(actor: Actor) -> DutyShiftQuerySet:
    """Return shifts that the actor can see, and those that were handed over to them."""
    visible = DutyShift.objects.visible_to(actor)
    if actor.kind != "user":
        return visible
    return DutyShift.objects.filter(Q(pk__in=visible.values("pk")) | Q(handover__to=actor.id))


def colleagues_for(shift: DutyShift) -> list[User]:
    """Return colleagues who can take over a shift.

    The next shift there is first. Then come colleagues of the same role: those on duty elsewhere, then the
    others, by name. Without a next shift, the name does not decide who is first: of equals, the one whose
    districts are nearest is, then the one who got no new step for the longest.
    """
    lineages = [district.lineage for district in shift.districts]
    above = {pk for lineage in lineages for pk in lineage}
    next_shifts = ShiftDistrict.objects.filter(
        Q(district__in=above) | Q(district__in=District.objects.under(*shift.districts)),
        shift__user=OuterRef("pk"),
        shift__in=DutyShift.objects.not_over_at(timezone.now()).filter(
            starts_at__lte=shift.ends_at + NEXT_WITHIN
        ),
    )
    working = District.users.through.objects.filter(district_id__in=above).values("user_id")
    staff = User.objects.active().with_role(*WRITES).exclude(pk=shift.user_id)
    starts_at = Subquery(next_shifts.order_by("-shift__starts_at").values("shift__starts_at")[:1])
    on_duty = DutyShift.objects.open_at(timezone.now()).filter(user=OuterRef("pk"))
    own_districts = District.users.through.objects.filter(user_id=OuterRef("pk"), district_id__in=above)
    given_steps = IncidentStep.objects.filter(owner=OuterRef("pk"), given_at__isnull=False)
    rows: Any = staff.annotate(
        starts_at=starts_at,
        is_on_duty=Exists(on_duty),
        own_ids=ArraySubquery(own_districts.values("district_id")),
        last_given_at=Subquery(given_steps.order_by("-given_at").values("given_at")[:1]),
    ).filter(Q(pk__in=working) | Q(starts_at__isnull=False))
    role = shift.user.role

    def rank(user: Any) -> tuple[bool, bool, bool, float]:
        starts_at = user.starts_at
        return (
            starts_at is None,
            user.role != role,
            not user.is_on_duty,
            -starts_at.timestamp() if starts_at else 0,
        )

    def order(user: Any) -> tuple[int, datetime, UUID]:
        nearness = sum(
            max((depth for depth, pk in enumerate(lineage, 1) if pk in user.own_ids), default=0)
            for lineage in lineages
        )
        return -nearness, user.last_given_at or _LONG_AGO, user.pk

    colleagues = sorted(rows.in_order(), key=rank)
    equals = [user for user in colleagues if rank(user) == rank(colleagues[0])]
    if equals and equals[0].starts_at is None:
        preferred = min(equals, key=order)
        colleagues.remove(preferred)
        colleagues.insert(0, preferred)
    return colleagues[:MOST_COLLEAGUES]


def parts_of_shift(actor: Actor, shift: DutyShift, to: User | None, colleagues: Sequence[User]) -> list[Part]:
    """Return who would get which steps of a shift's officer now, for incidents that the actor can see.

    `colleagues` are users that were read already.
    """
    grouped: dict[tuple[UUID, UUID | None], list[str]] = defaultdict(list)
    incidents: dict[UUID, Incident] = {}
    for moves in moves_of_shift(actor, shift, to.pk if to else None):
        if vars(moves.incident)["is_seen"]:
            incidents[moves.incident.pk] = moves.incident
        for step, owner_id in moves.moved:
            grouped[moves.incident.pk, owner_id].append(step.step.text)
        for step in moves.stay:
            grouped[moves.incident.pk, None].append(step.step.text)
    return _parts(grouped, incidents, colleagues)


@opened(Opened.RECOUNT)  # officers and supervisors of the shift may know that it was handed over
def handover_of(actor: Actor, shift: DutyShift) -> ShiftHandover | None:
    """Return the hand-over of a shift that the actor can see. Only the two officers read its note."""
    row = ShiftHandover.objects.filter(shift=shift).select_related("to").first()
    if row and actor.id not in (shift.user_id, row.to_id):
        row.note = ""
    return row


def parts_of_handover(actor: Actor, handover: ShiftHandover) -> list[Part]:
    """Return who got which steps. Who handed over still reads the texts of incidents no longer visible."""
    return _parts_passed_on(actor, handover.shift, _handed_over(handover))


def parts_left_by(actor: Actor, shift: DutyShift) -> list[Part]:
    """Return who got which steps when a shift ended without a hand-over, as `parts_of_handover` does."""
    return _parts_passed_on(actor, shift, _passed_on_after(shift))


@opened(Opened.RECOUNT)  # as for a hand-over
def number_still_own(actor: Actor, shift: DutyShift) -> int:
    """Return how many open steps the officer of a shift that has just ended still owns, 0 for others."""
    if shift.user_id != actor.id or shift.until < timezone.now() - PASSED_ON_WITHIN:
        return 0
    steps = IncidentStep.objects.open().filter(owner=actor.id, incident__in=Incident.objects.under_way())
    return steps.count()


def _parts_passed_on(actor: Actor, shift: DutyShift, handovers: Sequence[StepHandover]) -> list[Part]:
    grouped: dict[tuple[UUID, UUID | None], list[str]] = defaultdict(list)
    for row in handovers:
        grouped[row.step.incident_id, row.after_id].append(row.step.step.text)
    visible = Incident.objects.visible_to(actor).filter(pk__in={pk for pk, _owner in grouped})
    visible_incidents = visible.select_related("protocol", "district").with_first_report(actor)
    parts = _parts(grouped, visible_incidents.in_bulk())
    return parts if shift.user_id == actor.id else [part for part in parts if part.incident]


@opened(Opened.RECOUNT)  # as for a hand-over
def _passed_on_after(shift: DutyShift) -> list[StepHandover]:
    rows = StepHandover.objects.filter(
        before=shift.user_id, by=None, at__range=(shift.until, shift.until + PASSED_ON_WITHIN)
    )
    return list(rows.select_related("step__step").order_by("step__due_at", "pk"))


@opened(Opened.RECOUNT)  # an ended shift shows the texts of its steps, and no place
def _handed_over(handover: ShiftHandover) -> list[StepHandover]:
    rows = StepHandover.objects.filter(shift_handover=handover).select_related("step__step")
    return list(rows.order_by("step__due_at", "pk"))


def _parts(
    grouped: Mapping[tuple[UUID, UUID | None], Sequence[str]],
    incidents: Mapping[UUID, Incident],
    colleagues: Sequence[User] = (),
) -> list[Part]:
    owners = {user.pk: user for user in colleagues}
    if other_ids := {pk for _incident, pk in grouped if pk and pk not in owners}:
        owners |= User.objects.in_bulk(other_ids)
    return [
        Part(incidents.get(incident_id), owners.get(owner_id) if owner_id else None, texts)
        for (incident_id, owner_id), texts in grouped.items()
    ]
