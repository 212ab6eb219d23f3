"""Steps of whoever cannot work on them any more: temporary access or a shift ended, somebody is away or left.

Nobody has to tell: a poll compares owners with who can open the incident (docs/adr/0004).
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


def pass_on_left_steps() -> int:
    """Give every open step that has no owner, or one who cannot work on it, to the next in turn.

    Returns how many steps moved. Steps of whoever is only away stay if nobody else can take them.
    """
    left: dict[UUID, set[UUID | None]] = defaultdict(set)
    steps = IncidentStep.objects.open()
    for incident_id in _under_way_with(steps.filter(owner__isnull=True)).values_list("pk", flat=True):
        left[incident_id].add(None)
    for user in User.objects.filter(Exists(steps.filter(owner=OuterRef("pk")))):
        for incident_id in _left_by(user).values_list("pk", flat=True):
            left[incident_id].add(user.pk)
    return sum(_pass_on_in(incident_id, owners) for incident_id, owners in left.items())


def _under_way_with(steps: IncidentStepQuerySet) -> IncidentQuerySet:
    return Incident.objects.under_way().filter(Exists(steps.filter(incident=OuterRef("pk"))))


def _left_by(user: User) -> IncidentQuerySet:
    """Incidents with steps of a user who is away or cannot work there any more."""
    rows, actor = _under_way_with(IncidentStep.objects.open().filter(owner=user)), actor_for(user)
    if user.is_away or not actor.writes:
        return rows
    return rows.exclude(pk__in=Incident.objects.visible_to(actor).values("pk"))


@writes
def _pass_on_in(incident_id: UUID, owners: Collection[UUID | None]) -> int:
    """All of an incident at once: whoever gets several steps is told once."""
    incident = lock(Incident.objects.under_way(), [incident_id]).get(incident_id)
    if incident is None:  # closed meanwhile
        return 0
    steps = [step for step in incident.steps.open().to_pass_on() if step.owner_id in owners]
    moved = pass_on(SYSTEM, incident, steps)
    if moved:
        write_incident(SYSTEM, incident, ["steps"])
    return len(moved)
