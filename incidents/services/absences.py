"""Steps whose owner can no longer work on them, for example after a shift, or during an absence.

No one has to report this: a task compares owners with those who can open the incident (docs/adr/0004).
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from contacts.services.changes import lock
from incidents.models import Incident, IncidentStep
from incidents.models.incident import IncidentQuerySet, IncidentStepQuerySet
from incidents.services.incidents import write_incident
from incidents.services.planned_steps import pass_on
from lib.row_context import writes


def pass_on_unattended_steps() -> int:
    """Give each open step without an able owner to the next owner. Return the number of steps that moved.

    Steps of an owner who is only away stay if no one else can take them.
    """
    owners_by_incident: dict[UUID, set[UUID | None]] = defaultdict(set)
    steps = IncidentStep.objects.open()
    for incident_id in _under_way_with(steps.filter(owner__isnull=True)).values_list("pk", flat=True):
        owners_by_incident[incident_id].add(None)
    for user in User.objects.filter(Exists(steps.filter(owner=OuterRef("pk")))):
        for incident_id in _incidents_left_by(user).values_list("pk", flat=True):
            owners_by_incident[incident_id].add(user.pk)
    return sum(_pass_on_in(incident_id, owners) for incident_id, owners in owners_by_incident.items())


def _under_way_with(steps: IncidentStepQuerySet) -> IncidentQuerySet:
    return Incident.objects.under_way().filter(Exists(steps.filter(incident=OuterRef("pk"))))


def _incidents_left_by(user: User) -> IncidentQuerySet:
    """Return incidents with steps of a user who is away, or can no longer work there."""
    rows, actor = _under_way_with(IncidentStep.objects.open().filter(owner=user)), actor_for(user)
    if user.is_away or not actor.writes:
        return rows
    return rows.exclude(pk__in=Incident.objects.visible_to(actor).values("pk"))


@writes
def _pass_on_in(incident_id: UUID, owners: Collection[UUID | None]) -> int:
    """Pass on all steps of an incident at once, so that each new owner gets one message."""
    incident = lock(Incident.objects.under_way(), [incident_id]).get(incident_id)
    if incident is None:  # closed meanwhile
        return 0
    steps = [step for step in incident.steps.open().to_pass_on() if step.owner_id in owners]
    moved = pass_on(SYSTEM, incident, steps)
    if moved:
        write_incident(SYSTEM, incident, ["steps"])
    return len(moved)
