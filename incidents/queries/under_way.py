"""Incidents under way, for Today."""

from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from accounts.actors import Actor
from accounts.queries.prepared import Prepared
from incidents.models import (
    Incident,
    IncidentStep,
)

ROWS: Final = 10
_FAR_FUTURE: Final = datetime.max.replace(tzinfo=UTC)


def under_way(actor: Actor) -> list[Any]:
    """Return visible incidents under way: those with the actor's steps first, then by time.

    `next_step` is the first open step by time, of any owner, as in the list of concerns: a late one first.
    Staff who work in a district tonight, also on duty, find them here.
    """
    incidents: list[Any] = _UNDER_WAY.fetch(actor)
    if not incidents:
        return []
    steps = IncidentStep.objects.open().with_visible_organisation(actor).in_order()
    steps = steps.select_related("step", "owner", "organisation")
    prefetch_related_objects(incidents, Prefetch("steps", steps, to_attr="open_steps"))
    for row in incidents:
        row.next_step = next(iter(row.open_steps), None)
        row.is_own = any(step.owner_id == actor.id for step in row.open_steps)
    return sorted(
        incidents, key=lambda row: (not row.is_own, row.next_step.due_at if row.next_step else _FAR_FUTURE)
    )


def _under_way(actor: Actor) -> QuerySet[Incident]:
    own_steps = IncidentStep.objects.open().filter(incident=OuterRef("pk"), owner=actor.id)
    rows = Incident.objects.visible_to(actor).under_way().with_first_report(actor)
    by_own_steps = rows.select_related("protocol", "district").order_by(
        Exists(own_steps).desc(), "-started_at", "pk"
    )
    return by_own_steps[:ROWS]


_UNDER_WAY: Final = Prepared(_under_way)
