"""Protocols and incidents in an archive (docs/archive.md).

The steps of a protocol are read before it, because a protocol in force cannot get steps. The database checks
references at the end.
"""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from exchange.archive.parts import Part
from incidents.models import (
    Debrief,
    DebriefVoice,
    Incident,
    IncidentClosing,
    IncidentConcern,
    IncidentStep,
    Protocol,
    ProtocolAgreement,
    ProtocolStep,
    Reassurance,
    StepHandover,
    TensionAssessment,
)


def _protocols(actor: Actor) -> Any:
    """Protocols of the city, of the actor's districts, and of incidents there."""
    rows = Protocol.objects.visible_to(actor)
    if actor.sees_everywhere:
        return rows
    followed = Incident.objects.visible_to(actor).filter(protocol=OuterRef("pk"))
    return rows.filter(Exists(followed) | Q(district__isnull=True) | Q(district__in=actor.district_ids))


def _incidents(actor: Actor) -> Any:
    return Incident.objects.visible_to(actor)


PARTS: Final = (
    Part("protocol_steps", ProtocolStep, owner="protocol"),
    Part("protocols", Protocol, _protocols),
    Part("protocol_agreements", ProtocolAgreement, owner="protocol"),
    Part(
        "incidents",
        Incident,
        _incidents,
        object_type="incident",
        districts=("district", "also_in"),
    ),
    Part("incident_concerns", IncidentConcern, owner="incident"),
    Part("incident_closings", IncidentClosing, owner="incident"),
    Part("incident_steps", IncidentStep, owner="incident"),
    Part("step_handovers", StepHandover, owner="step", derived=frozenset({"shift_handover"})),
    Part("reassurances", Reassurance, owner="incident"),
    Part("tension_assessments", TensionAssessment, owner="incident"),
    Part("debriefs", Debrief, owner="incident"),
    Part("debrief_voices", DebriefVoice, owner="debrief"),
)
