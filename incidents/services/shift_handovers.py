"""Hand over a shift: its officer's open steps of all incidents move, and the shift ends, at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import DutyShift, Role, ShiftDistrict, User
from accounts.rules import WRITES
from contacts.services.changes import lock
from districts.models import District
from incidents.models import Incident, IncidentStep, ShiftHandover
from incidents.queries.step_plans import city_calendar, people_of_each, places_of, surroundings_of
from incidents.rules.duty import OF_SUPERVISORS, Assignee, People
from incidents.services.incidents import write_incident
from incidents.services.planned_steps import give_steps, next_owners
from lib.cleaning import assign
from lib.row_context import writes
from meetings.services.shifts import end_shift
from reminders.services.reminders import notify

# A colleague whose shift begins within this time can take steps over.
NEXT_WITHIN: Final = timedelta(hours=2)


class AlreadyHandedOver(ValidationError):
    """The shift is over: it was handed over, or it ended."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Steps of an incident that move to new owners when a shift is handed over, and those that stay."""

    incident: Incident
    moved: Sequence[tuple[IncidentStep, UUID | None]]
    stay: Sequence[IncidentStep]


@writes
def hand_over_shift(*, actor: Actor, shift: UUID, to: UUID, note: str = "") -> ShiftHandover:
    """Hand over the actor's open shift to a colleague. All open steps move, and the shift ends.

    Steps that the colleague cannot take go to the next in the order of duty. If two hand-overs run at once,
    the first wins. Raises DoesNotExist, AlreadyHandedOver, and ValidationError by field.
    """
    row = DutyShift.objects.of_user(actor.id).select_for_update(no_key=True).get(pk=shift)
    if not row.is_open_at(timezone.now()):
        raise AlreadyHandedOver(_("This shift is over already."), code="over")
    colleague = User.objects.active().with_role(*WRITES).filter(pk=to).exclude(pk=actor.id).first()
    if colleague is None:
        raise ValidationError({"to": _("Choose a colleague from the list.")})
    handover = ShiftHandover(shift=row, to=colleague)
    assign(handover, {"note": note})
    handover.full_clean(exclude=["shift"])
    steps = IncidentStep.objects.open().filter(owner=row.user_id)
    rows = Incident.objects.under_way().select_related("district")
    incident_ids = rows.filter(pk__in=steps.values("incident")).values_list("pk", flat=True)
    incidents = list(lock(Incident.objects.under_way(), list(incident_ids), stays=True).values())
    planned = moves_of_incidents(row, incidents, colleague.pk, is_strict=True)
    end_shift(actor=actor)
    handover.save(force_insert=True)
    for moves in planned:
        if give_steps(actor, moves.moved, shift_handover=handover):
            write_incident(actor, moves.incident, ["steps"])
    notify("handover", row.pk)
    return handover


@writes
def mark_handover_seen(*, actor: Actor, shift_id: UUID) -> None:
    """Record that the colleague opened the hand-over, the first time only."""
    rows = ShiftHandover.objects.filter(shift=shift_id, to=actor.id, seen_at__isnull=True)
    rows.update(seen_at=timezone.now())


def moves_of_shift(actor: Actor, shift: DutyShift, to: UUID | None) -> list[Moves]:
    """Return the steps that each colleague gets if a shift is handed over to `to` now.

    Incidents are named as the actor sees them, and `is_seen` says whether the actor does.
    """
    steps = IncidentStep.objects.open().filter(owner=shift.user_id)
    rows: Any = Incident.objects.under_way().filter(pk__in=steps.values("incident"))
    seen_incidents = Incident.objects.visible_to(actor).filter(pk=OuterRef("pk"))
    rows = rows.with_first_report(actor).annotate(is_seen=Exists(seen_incidents))
    incidents = list(rows.select_related("district", "protocol").order_by("-started_at", "pk"))
    return moves_of_incidents(shift, incidents, to)


def moves_of_incidents(
    shift: DutyShift, incidents: Sequence[Incident], to: UUID | None, *, is_strict: bool = False
) -> list[Moves]:
    """Return what moves in these incidents. With `is_strict`, a `to` who is excluded from one is refused."""
    if not incidents:
        return []
    steps = IncidentStep.objects.open().filter(owner=shift.user_id, incident__in=incidents)
    by_incident: dict[UUID, list[IncidentStep]] = {incident.pk: [] for incident in incidents}
    for step in steps.to_pass_on().in_order():
        by_incident[step.incident_id].append(step)
    around = surroundings_of(incidents)
    people, places = people_of_each(incidents, surroundings=around), places_of(by_incident.keys())
    own_ids, coming_ids = _own_and_coming_districts(shift.user_id, to)
    planned = []
    for incident in incidents:
        districts = around[incident.pk].district_ids
        staff = people[incident.pk]
        if to and districts.intersection(coming_ids):
            staff = replace(staff, present={*staff.present, to})
        if is_strict and to in staff.excluded:
            raise ValidationError(
                {"to": _("Choose another colleague. This one cannot work on all incidents.")}
            )
        is_at_home = bool(districts.intersection(own_ids))
        given_up = [
            step for step in by_incident[incident.pk] if not (is_at_home and _is_led(step, shift.user_id))
        ]
        next_moves = next_owners(
            incident, given_up, leaving=shift.user_id, to=to, people=staff, place=places.get(incident.pk)
        )
        can_keep = is_at_home and shift.user_id not in staff.excluded
        moved = [
            (step, owner_id)
            for step, owner_id in next_moves
            if owner_id == to or not (can_keep and _is_only_for_supervisor(step, owner_id, staff))
        ]
        going = {step.pk for step, _owner in moved}
        planned.append(
            Moves(incident, moved, [step for step in by_incident[incident.pk] if step.pk not in going])
        )
    return planned


def _is_led(step: IncidentStep, user_id: UUID) -> bool:
    """Whether the step is a user's own as lead officer, and can wait until they are back."""
    organisation = step.organisation
    is_of_lead = step.step.given_to in (Assignee.PLACE_LEAD, Assignee.EACH_LEAD)
    leads = bool(organisation and user_id in (organisation.lead_officer_id, organisation.deputy_officer_id))
    return is_of_lead and leads and not city_calendar().is_urgent(step.due_at, timezone.now())


def _is_only_for_supervisor(step: IncidentStep, owner_id: UUID | None, people: People) -> bool:
    """Whether an officer's step that can wait would go to a supervisor, as the district has no other officer.

    It stays with the district's officer, after the shift as well.
    """
    is_of_officer = step.step.given_to not in OF_SUPERVISORS
    is_supervisor = owner_id in {row.user_id for row in people.supervisors}
    return is_of_officer and is_supervisor and not city_calendar().is_urgent(step.due_at, timezone.now())


def districts_coming_to(user_id: UUID) -> set[UUID]:
    """Return the districts in which a shift of this user begins soon."""
    return set(_coming_to(user_id).values_list("district_id", flat=True))


def _coming_to(user_id: UUID | None) -> QuerySet[ShiftDistrict]:
    moment = timezone.now()
    return ShiftDistrict.objects.filter(
        shift__user=user_id,
        shift__ended_at__isnull=True,
        shift__starts_at__range=(moment, moment + NEXT_WITHIN),
        shift__user__role=Role.OFFICER,
    )


def _own_and_coming_districts(user_id: UUID, to: UUID | None) -> tuple[list[UUID], list[UUID]]:
    """Return the districts of a user, and those in which a shift of `to` begins soon."""
    own_districts = District.users.through.objects.filter(user=user_id)
    row: Any = User.objects.annotate(
        own_ids=ArraySubquery(own_districts.values("district_id")),
        coming_ids=ArraySubquery(_coming_to(to).values("district_id")),
    )
    own_ids, coming_ids = row.values_list("own_ids", "coming_ids").get(pk=user_id)
    return own_ids, coming_ids
