"""Texts about a person leave incidents and drafts of protocols, when that person is erased."""

from uuid import UUID

from accounts.actors import Actor
from contacts.services.changing import lock
from incidents.codes import ProtocolStatus
from incidents.models import Incident
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


def register() -> None:
    erasable.register("incidents.Incident", Writer(rewrite_incidents))
    # A protocol that was put in force never changes. A new version leaves the name out.
    in_force = [status for status in ProtocolStatus.values if status != ProtocolStatus.DRAFT]
    erasable.texts("incidents.Protocol", fixed={"status__in": in_force})
    erasable.texts("incidents.ProtocolStep", fixed={"protocol__status__in": in_force})
    erasable.texts(
        "incidents.Debrief",
        "incidents.DebriefVoice",
        "incidents.IncidentStep",
        "incidents.Reassurance",
        "incidents.TensionAssessment",
    )
