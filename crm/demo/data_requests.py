"""A breach and six data requests of the demo, one in each state that a privacy officer meets."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import Case, When
from django.utils import timezone

from accounts.actors import Actor, actor_for
from contacts.models import Contact
from crm.demo.records import Book
from lib.days import city_today
from meetings.models import Meeting
from meetings.services.folding import fold_meeting
from privacy.codes import Decision, Ground, Identity, RequestStatus, Verdict
from privacy.inventory import searched_tables
from privacy.models import DataRequest, Erasure, Finding, Notice
from privacy.queries.erasure_plans import search_for
from privacy.queries.text_search import TextMatch, find_in
from privacy.rules.finding import person_search
from privacy.services.breaches import record_breach
from privacy.services.erasure_job import begin, carry_out, places_of
from privacy.services.findings import decide_finding
from privacy.services.requests import answer_request, ask_identity, confirm_identity, receive_request
from privacy.services.restrictions import restrict_contact
from privacy.services.search_job import keep_findings
from privacy.services.sharing import record_sharing

FINDINGS: Final = 31  # of the late request, three of them about other people of that name
_NAMESAKES: Final = 3


def write_requests(book: Book) -> None:
    """Record six requests, two restrictions, and a breach at hour 40."""
    actor = actor_for(book.users["privacy@demo.example"])
    people = Contact.objects.exclude(given_name="").order_by("folded", "pk")
    late, objects, contests, partly, erased = people[:5]
    _late(actor, late)
    _identified(actor, objects, days=12, kind="object", channel="email")
    restrict_contact(actor=actor, contact_id=objects.pk, ground="objection_pending")
    _share(actor, contests)
    restrict_contact(actor=actor, contact_id=contests.pk, ground="accuracy_contested")
    sent_at = timezone.now() - timedelta(days=16)
    Notice.objects.update(made_at=sent_at, sent_at=sent_at)  # without an answer, so it is late
    _answered_in_part(actor, partly)
    _nothing_held(actor)
    _erased(actor, erased)
    waiting = _receive(actor, "Ingrid Vandersteen", days=9, kind="access", channel="authority")
    ask_identity(actor=actor, request_id=waiting.pk)
    known_at = timezone.now() - timedelta(hours=40)
    record_breach(
        actor=actor,
        scenario="stolen_phone",
        kinds=["confidentiality"],
        what="A duty phone was stolen from a car. It was locked.",
        noticed_at=known_at - timedelta(hours=3),
        aware_at=known_at,
    )


def _late(actor: Actor, contact: Contact) -> None:
    """A request whose findings all wait for a verdict, and whose last day has passed."""
    _share(actor, contact)
    row = _identified(actor, contact, days=34, kind="access", channel="letter")
    _name_in_notes(contact, _notes(contact, FINDINGS - len(_findings(row, ["contacts.Contact"]))))
    _search(row)


def _share(actor: Actor, contact: Contact) -> None:
    record_sharing(
        actor=actor,
        contact_id=contact.pk,
        recipient="Health office",
        how="call",
        shared_on=city_today() - timedelta(60),
        reason="Asked for the number of the hall",
    )


def _answered_in_part(actor: Actor, contact: Contact) -> None:
    _name_in_notes(contact, [f"{contact} and a neighbour disagree about the fence."])
    row = _identified(actor, contact, days=26, kind="access", channel="in_person")
    _search(row)
    _all_theirs(actor, row)
    answer_request(
        actor=actor,
        request_id=row.pk,
        decision=Decision.PARTLY,
        grounds=[Ground.THIRD_PARTY_RIGHTS],
    )


def _nothing_held(actor: Actor) -> None:
    nobody = _receive(actor, "Wilhelmina Oakenshield", days=20, kind="access", channel="letter")
    confirm_identity(actor=actor, request_id=nobody.pk, identity=Identity.IN_PERSON)
    _search(nobody)
    answer_request(actor=actor, request_id=nobody.pk, decision=Decision.NOTHING_HELD)


def _erased(actor: Actor, contact: Contact) -> None:
    """A person who was erased: their contact is gone, and a note has “[a person]”."""
    _name_in_notes(contact, [f"{contact} no longer works here."])
    row = _identified(actor, contact, days=16, kind="erase", channel="email")
    _search(row)
    _all_theirs(actor, row)
    erasure = Erasure.objects.create(request=row, contact_ids=[contact.pk], asked_by_id=actor.id)
    begin(erasure)
    carry_out(actor, places_of(erasure), erasure.contact_ids, search_for(row))
    Erasure.objects.filter(pk=erasure.pk).update(done_at=timezone.now())
    answer_request(actor=actor, request_id=row.pk, decision=Decision.GRANTED)


def _receive(actor: Actor, name: str, *, days: int, phones: Sequence[str] = (), **fields: Any) -> DataRequest:
    return receive_request(
        actor=actor,
        terms={"names": [name], "phones": list(phones)},
        regimes=["gdpr", "led"],
        received_on=city_today() - timedelta(days),
        **fields,
    )


def _identified(actor: Actor, contact: Contact, **fields: Any) -> DataRequest:
    phones = [contact.phone.as_e164] if contact.phone else []
    row = _receive(actor, str(contact), phones=phones, **fields)
    row.contact_id = contact.pk
    row.save(update_fields=["contact_id"])
    return confirm_identity(actor=actor, request_id=row.pk, identity=Identity.KNOWN_CHANNEL)


def _search(row: DataRequest) -> None:
    row.status = RequestStatus.SEARCHING
    row.save(update_fields=["status"])
    keep_findings(row, _findings(row, ["contacts.Contact", "meetings.Meeting"]))


def _findings(row: DataRequest, labels: Sequence[str]) -> list[TextMatch]:
    """Findings in these tables. A search of all tables would find no more."""
    terms, tables = row.terms(), searched_tables()
    search = person_search(terms["names"], terms["phones"], terms["emails"])
    return [finding for label in labels for finding in find_in(label, tables[label], search)]


def _all_theirs(actor: Actor, row: DataRequest) -> None:
    for finding in Finding.objects.of_request(row):
        decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.THEIRS)


def _notes(contact: Contact, note_count: int) -> Iterator[str]:
    """Notes of meetings that name the person: exactly, with a typo, by number, and others of that name."""
    name = str(contact)
    number = contact.phone.as_international if contact.phone else name
    yield f"{name} will open the hall on Tuesdays. Her cousin Samir was asked about the broken window."
    yield f"Left the leaflets with {name[:-2]}{name[-1]} at the bakery, as agreed."
    yield f"Call back on {number} after 17:00."
    for bus in range(_NAMESAKES):
        yield f"Not the treasurer, but another {name}, who drives bus {bus + 11}, asked for a shelter."
    for entrance in range(note_count - 3 - _NAMESAKES):
        yield f"{name} asked about the lamps in the yard, entrance {entrance + 1}."


def _name_in_notes(contact: Contact, texts: Iterable[str]) -> None:
    """Add to the facts of held meetings, those of the contact's district first."""
    held = Meeting.objects.filter(status="held").order_by(
        Case(When(district=contact.home_district, then=0), default=1), "-starts_at", "pk"
    )
    notes = list(texts)
    for meeting, facts in zip(held[: len(notes)], notes, strict=False):
        meeting.facts = f"{meeting.facts}\n{facts}".strip()
        fold_meeting(meeting)
        meeting.save(update_fields=["facts", "folded"])
