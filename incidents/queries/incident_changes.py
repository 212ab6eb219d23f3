"""Changes of a whole incident for its timeline: withdrawn, brought back, and moved to another district."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from audit.models import Action, Change
from districts.models import District
from incidents.models import Incident

_SHOWN: Final = ("withdrawal_reason", "district")  # field names of the changes that a timeline shows


@dataclass(frozen=True, slots=True)
class IncidentChange:
    """A change of a whole incident. `district` is the name of its new district, if it moved."""

    at: datetime
    actor_name: str
    is_withdrawal: bool = False
    district: str = ""


def changes_of_incident(incident: Incident) -> list[IncidentChange]:
    """Return the changes of an incident, newest first: no statement if it never changed, otherwise three."""
    if not (incident.moved_at or incident.reopened_at or incident.withdrawn_at):
        return []
    rows: Any = Change.objects.filter(object_type="incident", object_id=incident.pk)
    rows = rows.filter(event__field_names__overlap=list(_SHOWN)).select_related("event")
    changes = [change for change in rows.order_by("-at", "-pk") if _is_shown(change)]
    names = dict(
        User.objects.filter(pk__in={row.event.actor_id for row in changes}).values_list("pk", "name")
    )
    district_ids = {pk for change in changes for pk in change.district_ids}
    districts = dict(District.objects.filter(pk__in=district_ids).values_list("pk", "name"))
    entries, district_id = [], incident.district_id
    for change in changes:
        has_moved = "district" in change.event.field_names
        entries.append(
            IncidentChange(
                at=change.at,
                actor_name=names.get(change.event.actor_id, ""),
                is_withdrawal=change.event.action == Action.ARCHIVE,
                district=districts.get(district_id, "") if has_moved else "",
            )
        )
        if has_moved:
            district_id = next((pk for pk in change.district_ids if pk != district_id), district_id)
    return entries


def _is_shown(change: Change) -> bool:
    """Whether a change took effect: a request to withdraw an incident changes no status."""
    names = change.event.field_names
    return "district" in names or "status" in names
