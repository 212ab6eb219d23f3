"""Rewrite texts about an erased person in incidents and drafts of protocols."""

from typing import Final
from uuid import UUID

from accounts.actors import Actor
from contacts.services.changes import lock
from incidents.codes import ProtocolStatus
from incidents.models import (
    Debrief,
    DebriefVoice,
    Incident,
    IncidentStep,
    Protocol,
    ProtocolStep,
    Reassurance,
    ShiftHandover,
    TensionAssessment,
)
from incidents.services.incidents import write_incident
from lib import erasable
from lib.erasable import Keys, Rewrite, Writer
from lib.row_context import writes


@writes
def rewrite_incidents(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    for row in lock(Incident.objects.all(), [UUID(key) for key in keys]).values():
        values = rewrite(row)
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            write_incident(actor, row, list(values))


# A protocol that was put in force never changes. A new version can leave the name out.
_IN_FORCE: Final = [status for status in ProtocolStatus.values if status != ProtocolStatus.DRAFT]

WRITERS: Final = (
    Writer(Incident, rewrite_incidents),
    *erasable.texts(Protocol, fixed={"status__in": _IN_FORCE}),
    *erasable.texts(ProtocolStep, fixed={"protocol__status__in": _IN_FORCE}),
    *erasable.texts(Debrief, DebriefVoice, IncidentStep, Reassurance, ShiftHandover, TensionAssessment),
)
