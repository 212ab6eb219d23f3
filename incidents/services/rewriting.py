"""Texts about a person leave incidents and drafts of protocols, when that person is erased."""

from django.db import transaction

from accounts.actors import Actor
from incidents.codes import ProtocolStatus
from incidents.models import Incident, Protocol, ProtocolStep
from incidents.services.incidents import write_incident
from lib import erasable
from lib.erasable import Keys, Rewrite, Writer
from lib.row_context import Opened, opened


@transaction.atomic
@opened(Opened.WRITER)
def rewrite_incidents(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    for row in Incident.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)):
        values = rewrite(row)
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            write_incident(actor, row, list(values))


@opened(Opened.WRITER)
def _in_force(keys: Keys) -> list[str]:
    """Protocols that were put in force never change. A new version leaves the name out."""
    rows = Protocol.objects.filter(pk__in=keys).exclude(status=ProtocolStatus.DRAFT)
    return erasable.keys_of(rows.values_list("pk", flat=True))


@opened(Opened.WRITER)
def _steps_in_force(keys: Keys) -> list[str]:
    rows = ProtocolStep.objects.filter(pk__in=keys).exclude(protocol__status=ProtocolStatus.DRAFT)
    return erasable.keys_of(rows.values_list("pk", flat=True))


def register() -> None:
    erasable.register("incidents.Incident", Writer(rewrite_incidents))
    erasable.texts("incidents.Protocol", kept=_in_force)
    erasable.texts("incidents.ProtocolStep", kept=_steps_in_force)
    erasable.texts(
        "incidents.Debrief",
        "incidents.DebriefVoice",
        "incidents.IncidentStep",
        "incidents.Reassurance",
        "incidents.TensionAssessment",
    )
