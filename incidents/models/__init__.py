"""Protocols, incidents with their steps, and judgements of incidents."""

from incidents.models.exclusion import ExclusionRequest
from incidents.models.handover import ShiftHandover, StepHandover
from incidents.models.incident import (
    CallInProgress,
    Incident,
    IncidentClosing,
    IncidentConcern,
    IncidentStep,
    Reassurance,
)
from incidents.models.judgement import Debrief, DebriefVoice, TensionAssessment
from incidents.models.protocol import Protocol, ProtocolAgreement, ProtocolStep

__all__ = [
    "CallInProgress",
    "Debrief",
    "DebriefVoice",
    "ExclusionRequest",
    "Incident",
    "IncidentClosing",
    "IncidentConcern",
    "IncidentStep",
    "Protocol",
    "ProtocolAgreement",
    "ProtocolStep",
    "Reassurance",
    "ShiftHandover",
    "StepHandover",
    "TensionAssessment",
]
