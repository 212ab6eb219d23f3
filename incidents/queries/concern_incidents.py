"""The incident of a concern, as the actor sees it."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from accounts.actors import Actor
from incidents.codes import IncidentStatus, WithdrawalReason
from incidents.models import (
    Incident,
    IncidentConcern,
)


def with_incident(rows: Any, actor: Actor) -> Any:
    """Add `incident_seen` to concerns: the ID of the incident, if it is visible and not withdrawn.

    `was_mistaken` is whether a visible one was opened by mistake, and withdrawn.
    """
    incidents = Incident.objects.visible_to(actor).filter(concern_links__concern=OuterRef("pk"))
    mistaken = incidents.filter(status=IncidentStatus.WITHDRAWN, withdrawal_reason=WithdrawalReason.MISTAKE)
    return rows.annotate(
        incident_seen=Subquery(incidents.not_withdrawn().values("pk")[:1]), was_mistaken=Exists(mistaken)
    )


def is_one_of_several(actor: Actor, concern_id: UUID) -> bool:
    """Whether a concern has a visible incident under way that has other concerns, too."""
    incidents = Incident.objects.visible_to(actor).under_way().filter(concern_links__concern=concern_id)
    links = IncidentConcern.objects.filter(incident__in=incidents).exclude(concern=concern_id)
    return links.exists()
