"""What incidents hold of three organisations: each alone and, if possible, several together."""

from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone

from incidents.models import Debrief, Incident, Protocol, TensionAssessment
from lib.days import city_today
from tests.factories import make_district, make_officer
from tests.incidents.making import SHORT, make_protocol

Rows = list[Any]


def _protocol() -> Protocol:
    return make_protocol(SHORT, district=make_district())


def _incident() -> Incident:
    district = make_district()
    protocol = make_protocol(SHORT, district=district)
    return Incident.objects.create(protocol=protocol, district=district, started_at=timezone.now())


def stepped(rows: Rows) -> None:
    shared = _incident()
    for row in rows:
        for incident in (shared, _incident()):
            step = incident.protocol.steps.earliest("position")
            incident.steps.create(step=step, organisation=row, due_at=timezone.now())


def called(rows: Rows) -> None:
    shared = _incident()
    for row in rows:
        for incident in (shared, _incident()):
            incident.reassurances.create(organisation=row, at=timezone.now(), result="no_answer")


def calling(rows: Rows) -> None:
    shared = _incident()
    for row in rows:
        for incident in (shared, _incident()):
            incident.calls_in_progress.create(organisation=row, user=make_officer())


def consulted(rows: Rows) -> None:
    def assessed() -> TensionAssessment:
        return _incident().assessments.create(number=1, level=1, trend="steady")

    assessed().consulted.set(rows[:2])
    for row in rows:
        assessed().consulted.add(row)


def heard(rows: Rows) -> None:
    shared = Debrief.objects.create(incident=_incident(), held_on=city_today())
    for row in rows:
        shared.voices.create(organisation=row, in_time="yes")


def agreed(rows: Rows) -> None:
    shared = _protocol()
    for row in rows:
        for protocol in (shared, _protocol()):
            protocol.agreements.create(organisation=row, agreed_on=city_today())


OF_THREE: Final[dict[str, Callable[[Rows], None]]] = {
    "incidents.IncidentStep.organisation": stepped,
    "incidents.CallInProgress.organisation": calling,
    "incidents.Reassurance.organisation": called,
    "incidents.TensionAssessment_consulted.organisation": consulted,
    "incidents.DebriefVoice.organisation": heard,
    "incidents.ProtocolAgreement.organisation": agreed,
}
