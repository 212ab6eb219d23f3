"""Demo incidents: of tonight, with a merged one; monitored; debriefed; withdrawn; with texts to delete."""

from datetime import datetime, timedelta
from typing import Any

from accounts.actors import Actor, actor_for
from contacts.models import Organisation
from crm.demo.records import Book
from crm.demo.retention import write_old_incident
from incidents.codes import Proof, WithdrawalReason
from incidents.models import Incident, IncidentStep, Protocol
from incidents.services.concerns import log_concern, open_incident
from incidents.services.decisions import agree_words, close_incident
from incidents.services.judgements import assess_tension, sign_debrief
from incidents.services.proposed_protocols import ATTACK, HOUR, PROPOSED, in_words
from incidents.services.protocols import approve_protocol, draft_protocol
from incidents.services.reassurances import record_reassurance
from incidents.services.steps import mark_step
from incidents.services.withdrawals import withdraw_incident
from lib.days import city_day
from meetings.models import Concern

DANGER = "Windows are open to the street"  # asked for at night only
HOLDING = (
    "We know of what happened and are dealing with it. "
    "If you saw anything, call 112. Your district officer will contact you today."
)


def write_incidents(book: Book) -> None:
    """Create protocols and incidents through the services, as officers and a supervisor would."""
    sofia = actor_for(book.users["supervisor@demo.example"])
    night = actor_for(book.users["officer.north@demo.example"])
    city_wide = _protocols(book, sofia)
    write_old_incident(city_wide)
    places = _places(book)
    _over(book, sofia, places[2])
    _monitored(book, sofia, places[1])
    _by_mistake(book, night, places[1])
    tonight = _tonight(book, night, places[0])
    _reported_twice(book, sofia, places[0], tonight)


def _protocols(book: Book, sofia: Actor) -> Protocol:
    """Create the protocols that the software proposes, and Northgate's own, quicker one for an attack.

    Returns the city's protocol for an attack.
    """
    privacy = actor_for(book.users["privacy@demo.example"])
    proposed = {shipped["code"]: _in_force(sofia, privacy, shipped) for shipped in PROPOSED}
    first_steps = [
        step | {"due_minutes": min(step["due_minutes"], 12 * HOUR)} for step in ATTACK["steps"][:2]
    ]
    first_steps[1] = first_steps[1] | {"due_minutes": 30}
    northgate_attack = ATTACK | {
        "district": book.districts["N"],
        "steps": [*first_steps, *ATTACK["steps"][2:]],
    }
    _in_force(sofia, privacy, northgate_attack | {"holding_statement": HOLDING})
    return proposed[ATTACK["code"]]


def _in_force(author: Actor, second: Actor, shipped: dict[str, Any]) -> Protocol:
    fields = shipped | in_words(shipped)
    drafted = draft_protocol(actor=author, **fields)
    return approve_protocol(actor=second, protocol_id=drafted.pk)


def _places(book: Book) -> list[Organisation]:
    """Return three attacked places of Northgate, which have the most neighbours of their community."""
    northgate = book.districts["N"]
    rows = (
        Organisation.objects.active()
        .may_be_contacted()
        .filter(home_district__lineage__contains=[northgate.pk])
    )
    communities = rows.filter(kind="religious_community", focus_declarations__isnull=False).distinct()
    nearby_communities = list(communities.order_by("folded", "pk")[:3])
    return [nearby_communities[number % len(nearby_communities)] for number in range(3)]


def _open(actor: Actor, place: Organisation, at: datetime, **about: Any) -> Incident:
    return Incident.objects.get(concern_links__concern=_report(actor, place, at, **about))


def _report(actor: Actor, place: Organisation, at: datetime, **about: Any) -> Concern:
    focuses = list(place.focus_declarations.values_list("focus", flat=True))
    return log_concern(
        actor=actor,
        kinds=["attack_on_community_site"],
        bias_grounds=["unknown"],
        affected_focuses=focuses,
        district=place.home_district,
        site_organisation=place,
        received_at=at,
        **about,
    )


def _tonight(book: Book, night: Actor, place: Organisation) -> Incident:
    """Create an incident 40 minutes old: it has a case number, and the place did not answer in time."""
    at = book.now - timedelta(minutes=40)
    incident = _open(night, place, at, facts="Two windows are broken. Nobody was inside.")
    incident_keys: dict[str, Any] = {"actor": night, "incident_id": incident.pk}
    _mark(
        incident_keys,
        incident,
        Proof.CASE_REFERENCE,
        at + timedelta(minutes=12),
        case_reference="AP-26-11873",
    )
    cleaning = incident.steps.open().filter(step__proof=Proof.TICK, organisation=None).first()
    if cleaning:
        done_at = at + timedelta(minutes=20)
        mark_step(**incident_keys, step_id=cleaning.pk, done_at=done_at, note="The city sends a carpenter")
    return incident


def _reported_twice(book: Book, sofia: Actor, place: Organisation, tonight: Incident) -> None:
    """Merge the incident of a second report into that of tonight. A message was left in it already."""
    at = book.now - timedelta(minutes=30)
    report = _report(sofia, place, at, facts="A caller heard glass break.")
    twin = open_incident(actor=sofia, concern_id=report.pk, protocol_id=tonight.protocol_id)
    step = (
        twin.steps.open().filter(step__proof=Proof.REASSURANCE, organisation__isnull=False).in_order().first()
    )
    if step:
        record_reassurance(
            actor=sofia,
            incident_id=twin.pk,
            organisation_id=step.organisation_id,
            result="left_message",
            at=book.now - timedelta(minutes=20),
            danger=DANGER,
        )
    withdraw_incident(
        actor=sofia, incident_id=twin.pk, reason=WithdrawalReason.SAME_EVENT, same_as_id=tonight.pk
    )


def _by_mistake(book: Book, night: Actor, place: Organisation) -> None:
    """Withdraw an incident that was opened by mistake: a football had broken the window."""
    at = book.now - timedelta(minutes=55)
    incident = _open(night, place, at, facts="A window is broken. A football lay inside.")
    withdraw_incident(actor=night, incident_id=incident.pk, reason=WithdrawalReason.MISTAKE)


def _monitored(book: Book, sofia: Actor, place: Organisation) -> None:
    """Create an incident 5 days old: tense at first, uneasy now. Only the review and the debrief are open."""
    start = book.now - timedelta(days=5)
    incident = _open(sofia, place, start, facts="Paint on the door and on a car.")
    incident_keys: dict[str, Any] = {"actor": sofia, "incident_id": incident.pk}
    _work_off(incident_keys, incident, start)
    agree_words(
        **incident_keys,
        words="Somebody threw paint at a place of worship. Nobody was hurt. Patrols continue.",
    )
    for days, level, trend in ((4, 3, "rising"), (1, 2, "falling")):
        assess_tension(
            **incident_keys,
            as_of=book.now - timedelta(days=days),
            level=level,
            trend=trend,
            experienced="Parents ask whether the way to the Saturday school is safe.",
            evidenced="One attack. Two calls about people filming the door.",
            potential="Further attacks or disorder around the feast.",
            consulted=[place],
        )


def _over(book: Book, sofia: Actor, place: Organisation) -> None:
    """Create an incident a month old, debriefed, with two improvements."""
    start = book.now - timedelta(days=30)
    incident = _open(sofia, place, start, facts="A threat by letter.")
    incident_keys: dict[str, Any] = {"actor": sofia, "incident_id": incident.pk}
    _work_off(incident_keys, incident, start)
    agree_words(
        **incident_keys, words="A place of worship received a threat. It was reported and is investigated."
    )
    assess_tension(
        **incident_keys, as_of=start + timedelta(days=7), level=1, trend="falling", consulted=[place]
    )
    officer = book.users["officer.north@demo.example"]
    actions = (("Ask for night numbers", 10), ("Explain to the board what came of the letter", 3))
    sign_debrief(
        **incident_keys,
        held_on=city_day(book.now) - timedelta(days=14),
        why="The number of the chair was old.",
        keep="The statement was ready at once.",
        change="Ask for night numbers twice a year.",
        voices=[
            {"organisation": place, "in_time": "yes", "knew_whom_to_call": True},
            {"in_time": "unsure", "next_time": "Tell us sooner what came of the letter"},
        ],
        actions=[
            {"title": title, "owner": officer, "due_on": city_day(book.now) + timedelta(days=days)}
            for title, days in actions
        ],
    )
    close_incident(**incident_keys)


def _work_off(incident_keys: dict[str, Any], incident: Incident, start: datetime) -> None:
    """Reach all organisations the next morning, and do the steps that need only a tick two days later."""
    rows = incident.steps.open().filter(step__proof=Proof.REASSURANCE).in_order()
    for number, pk in enumerate(rows.values_list("organisation", flat=True)):
        if pk is not None:
            at = start + timedelta(minutes=50 + 25 * number)
            channel = "visit" if number == 0 else "phone"
            needs = ["patrol", "site_security_advice"] if number == 0 else []
            tried: dict[str, Any] = {"result": "reached", "channel": channel, "needs": needs, "at": at}
            record_reassurance(**incident_keys, organisation_id=pk, **tried, danger=DANGER)
    _mark(
        incident_keys,
        incident,
        Proof.CASE_REFERENCE,
        start + timedelta(minutes=25),
        case_reference="AP-26-11802",
    )
    for step in incident.steps.open().filter(step__proof__in=[Proof.TICK, Proof.REPORTED_BACK]):
        mark_step(**incident_keys, step_id=step.pk, done_at=start + timedelta(hours=46))


def _mark(incident_keys: dict[str, Any], incident: Incident, proof: str, at: datetime, **more: Any) -> None:
    step: IncidentStep = incident.steps.open().filter(step__proof=proof).earliest("due_at")
    mark_step(**incident_keys, step_id=step.pk, done_at=at, **more)
