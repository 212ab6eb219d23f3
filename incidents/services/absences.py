"""Steps whose owner can no longer work on them, for example after a shift, or has not seen them.

No one has to report this: a task compares owners with those who can open the incident (docs/adr/0004).
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import DutyShift, User
from contacts.services.changes import lock
from incidents.models import Incident, IncidentStep, StepHandover
from incidents.models.incident import IncidentQuerySet, IncidentStepQuerySet
from incidents.queries.step_plans import city_calendar, people_of, places_of
from incidents.rules.duty import MOVED_UNSEEN_AFTER
from incidents.services.incidents import write_incident
from incidents.services.planned_steps import give_steps, next_owners, pass_on
from incidents.services.shift_handovers import districts_coming_to, moves_of_incidents
from lib.row_context import writes
from meetings.services.shifts import cancel_shift, end_shift

# Shifts are looked at for a day after their end, in case the task did not run.
MOVED_WITHIN: Final = timedelta(hours=24)


def pass_on_unattended_steps() -> int:
    """Give each open step without an able owner to the next owner. Return the number of steps that moved.

    Steps of an owner who is only away stay if no one else can take them. Urgent steps that their owner has
    not seen move to someone on duty, and to no one else.
    """
    owners_by_incident: dict[UUID, set[UUID | None]] = defaultdict(set)
    steps = IncidentStep.objects.open()
    for incident_id in _under_way_with(steps.filter(owner__isnull=True)).values_list("pk", flat=True):
        owners_by_incident[incident_id].add(None)
    for user in User.objects.filter(Exists(steps.filter(owner=OuterRef("pk")))):
        for incident_id in _incidents_left_by(user).values_list("pk", flat=True):
            owners_by_incident[incident_id].add(user.pk)
    moved = sum(_pass_on_in(incident_id, owners) for incident_id, owners in owners_by_incident.items())
    moved += _pass_on_after_shifts()
    return moved + sum(_move_unseen_in(pk) for pk in _incidents_with_unseen_steps())


def _under_way_with(steps: IncidentStepQuerySet) -> IncidentQuerySet:
    return Incident.objects.under_way().filter(Exists(steps.filter(incident=OuterRef("pk"))))


def _incidents_left_by(user: User) -> IncidentQuerySet:
    """Return incidents with steps of a user who is away, or can no longer work there."""
    rows, actor = _under_way_with(IncidentStep.objects.open().filter(owner=user)), actor_for(user)
    if user.is_away or not actor.writes:
        return rows
    rows = rows.exclude(pk__in=Incident.objects.visible_to(actor).values("pk"))
    # Someone who was given steps shortly before their shift begins keeps them.
    return rows.exclude(district__lineage__overlap=list(districts_coming_to(user.pk)))


@writes
def _pass_on_in(incident_id: UUID, owners: Collection[UUID | None]) -> int:
    """Pass on all steps of an incident at once, so that each new owner gets one message."""
    incident = lock(Incident.objects.under_way(), [incident_id], stays=True).get(incident_id)
    if incident is None:  # closed meanwhile
        return 0
    steps = [step for step in incident.steps.open().to_pass_on() if step.owner_id in owners]
    moved = pass_on(SYSTEM, incident, steps)
    if moved:
        write_incident(SYSTEM, incident, ["steps"])
    return len(moved)


def _pass_on_after_shifts() -> int:
    """Pass on the steps of shifts that ended and were not handed over, if their officers could keep them."""
    moment = timezone.now()
    over = DutyShift.objects.filter(
        ends_at__range=(moment - MOVED_WITHIN, moment + MOVED_WITHIN), handover=None
    )
    return sum(_pass_on_after(shift) for shift in over.exclude(pk__in=over.not_over_at(moment)))


@writes
def end_shift_and_pass_on(*, actor: Actor) -> DutyShift | None:
    """End the actor's shift without a hand-over. Its steps get their next owners at once."""
    shift = end_shift(actor=actor)
    if shift is not None:
        _pass_on_after(shift)
    return shift


@writes
def cancel_shift_and_pass_on(*, actor: Actor, shift_id: UUID) -> None:
    """End or cancel another's shift. Its steps get their next owners at once. Raises as `cancel_shift`."""
    shift = cancel_shift(actor=actor, shift_id=shift_id)
    if shift.ended_at is not None:
        _pass_on_after(shift)


@writes
def _pass_on_after(shift: DutyShift) -> int:
    steps = IncidentStep.objects.open().filter(owner=shift.user_id)
    ids = _under_way_with(steps).values_list("pk", flat=True)
    incidents = list(lock(Incident.objects.under_way(), list(ids), stays=True).values())
    later = StepHandover.objects.filter(after=shift.user_id, at__gt=shift.until).values("step")
    taken_later = set(later.values_list("step_id", flat=True))
    n = 0
    for moves in moves_of_incidents(shift, incidents, None):
        moved = [
            (step, owner_id) for step, owner_id in moves.moved if not _is_newer(step, shift, taken_later)
        ]
        if give_steps(SYSTEM, moved):
            write_incident(SYSTEM, moves.incident, ["steps"])
        n += len(moved)
    return n


def _is_newer(step: IncidentStep, shift: DutyShift, taken_later: Collection[UUID]) -> bool:
    """Whether the officer got the step after the shift."""
    return step.pk in taken_later or bool(step.given_at and step.given_at > shift.until)


def _incidents_with_unseen_steps() -> list[UUID]:
    moment, calendar = timezone.now(), city_calendar()
    if calendar.is_working(moment):
        return []
    steps = IncidentStep.objects.open().unseen_since(moment - MOVED_UNSEEN_AFTER)
    return list(
        _under_way_with(steps.filter(due_at__lt=calendar.morning(moment))).values_list("pk", flat=True)
    )


@writes
def _move_unseen_in(incident_id: UUID) -> int:
    """Give urgent steps that their owners have not seen to the next in order who is on duty."""
    incident = lock(Incident.objects.under_way(), [incident_id], stays=True).get(incident_id)
    if incident is None:
        return 0
    moment = timezone.now()
    people, place = people_of(incident), places_of([incident_id]).get(incident_id)
    steps: dict[UUID | None, list[IncidentStep]] = defaultdict(list)
    unseen = incident.steps.open().unseen_since(moment - MOVED_UNSEEN_AFTER)
    for step in unseen.filter(due_at__lt=city_calendar().morning(moment)).to_pass_on():
        steps[step.owner_id].append(step)
    moves = [
        (step, owner_id)
        for owner, owned in steps.items()
        for step, owner_id in next_owners(incident, owned, leaving=owner, people=people, place=place)
        if owner_id in people.on_shift
    ]
    if give_steps(SYSTEM, moves):
        write_incident(SYSTEM, incident, ["steps"])
    return len(moves)
