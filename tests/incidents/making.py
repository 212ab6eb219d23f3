"""An incident for tests: a mosque that was attacked, and everybody whom the protocol names."""

from datetime import UTC, datetime
from typing import Any

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from incidents.models import Incident, Protocol
from incidents.services.concerns import log_concern, open_incident
from incidents.services.decisions import agree_words, close_incident
from incidents.services.judgements import assess_tension, sign_debrief
from incidents.services.proposed_protocols import ATTACK, in_words
from incidents.services.protocols import approve_protocol, draft_protocol
from incidents.services.reassurances import record_reassurance
from lib.days import city_today
from meetings.models import Concern
from tests.factories import make_district, make_officer, make_organisation, make_supervisor


def make_protocol(shipped: dict[str, Any] = ATTACK, **changes: Any) -> Protocol:
    drafted = draft_protocol(actor=SYSTEM, **(shipped | in_words(shipped) | changes))
    return approve_protocol(actor=SYSTEM, protocol_id=drafted.pk)


SHORT: dict[str, Any] = {
    "code": "short",
    "name": "Short",
    "kinds": ["graffiti_symbol", "threat"],
    "steps": [
        {"text": "Case", "who": "duty", "due_minutes": 60, "proof": "case_reference"},
        {"text": "Call", "who": "duty", "due_minutes": 60, "each": "the_place", "proof": "reassurance"},
        {"text": "Statement", "who": "supervisor", "due_minutes": 60, "proof": "words"},
        {"text": "Tension", "who": "supervisor", "due_minutes": 60, "proof": "assessment"},
        {"text": "Debrief", "who": "supervisor", "due_minutes": 60, "proof": "debrief"},
    ],
}


def zone_where_it_is(hour: int) -> str:
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


def make_incident(actor: Actor, concern: Concern, *, is_over: bool = False) -> Incident:
    """Open an incident of a concern at a place, under a protocol of its district, with a row of each kind."""
    district, place = concern.district, concern.site_organisation
    assert place is not None
    known = Protocol.objects.in_force().filter(code="short", district=district).first()
    agreed = [(place, city_today())]
    protocol = known or make_protocol(
        SHORT, district=district, agreed_with=agreed, holding_statement="We know."
    )
    incident = open_incident(actor=actor, concern_id=concern.pk, protocol_id=protocol.pk)
    about: dict[str, Any] = {"actor": actor, "incident_id": incident.pk}
    record_reassurance(**about, organisation_id=place.pk, result="left_message", note="After the tone")
    if is_over:
        agree_words(**about, words="Officers were there.")
        assess_tension(**about, level=1, trend="steady", experienced="Nothing", consulted=[place])
        voices = [{"in_time": "yes", "next_time": "Come earlier", "organisation": place}]
        reason = "Everything worked as it was agreed."
        kept = {"keep": "The calls to everyone at once", "no_action_reason": reason}
        sign_debrief(**about, held_on=city_today(), voices=voices, **kept)
        close_incident(**about)
    incident.refresh_from_db()
    return incident


class Night:
    """A district with an officer on duty, a lead officer, a supervisor, a place and a second organisation."""

    def __init__(self, district: District | None = None, **place: Any) -> None:
        self.protocol = Protocol.objects.in_force().first() or make_protocol()
        self.district = district or make_district()
        self.duty, self.lead = make_officer(self.district), make_officer(self.district)
        self.supervisor = make_supervisor(self.district)
        muslim = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
        usual = {"lead_officer": self.lead, "focuses": muslim}
        self.place = make_organisation(self.district, name="Al-Noor", **usual | place)
        self.other = make_organisation(self.district, name="Burial society", **usual)

    def actor(self, user: User | None = None) -> Actor:
        return actor_for(user or self.duty)

    def log(self, **changes: Any) -> Concern:
        given: dict[str, Any] = {
            "actor": self.actor(),
            "kinds": ["attack_on_community_site"],
            "bias_grounds": ["anti_muslim"],
            "district": self.district,
            "site_organisation": self.place,
        }
        return log_concern(**given | changes)

    def incident(self, **changes: Any) -> Incident:
        return Incident.objects.get(concern_links__concern=self.log(**changes))

    def second_incident(self) -> Incident:
        """Open an incident for a second report, although one of the same protocol is under way."""
        concern = self.log()
        return open_incident(actor=self.actor(), concern_id=concern.pk, protocol_id=self.protocol.pk)

    def step(self, incident: Incident, proof: str, organisation: Organisation | None = None) -> Any:
        rows = incident.steps.filter(step__proof=proof, organisation=organisation).select_related("step")
        return rows.in_order().first()
