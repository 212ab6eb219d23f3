"""A breach and data requests of the demo: late, with findings, waiting for the identity, answered."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import Actor, actor_for
from contacts.models import Contact
from crm.demo.book import Book
from lib.days import city_today
from meetings.models import Meeting
from meetings.services.folding import fold_meeting
from privacy.codes import Decision, Identity, RequestStatus
from privacy.models import DataRequest
from privacy.searching import find_everywhere, keep_findings
from privacy.services.breaches import record_breach
from privacy.services.requests import answer_request, ask_identity, confirm_identity, receive_request
from privacy.services.restrictions import restrict_contact


def write_requests(book: Book) -> None:
    """Record the requests of four people, two of them contacts."""
    actor = actor_for(book.users["privacy@demo.example"])
    asked, objects = Contact.objects.exclude(given_name="").order_by("folded", "pk")[:2]
    _name_in_notes(asked)
    _search(_identified(actor, asked, days=23, kind="access", channel="letter"))
    _identified(actor, objects, days=40, kind="object", channel="email")
    restrict_contact(actor=actor, contact_id=objects.pk, ground="objection_pending")
    waiting = _receive(actor, "Ingrid Vandersteen", days=3, kind="erase", channel="in_person")
    ask_identity(actor=actor, request_id=waiting.pk)
    nobody = _receive(actor, "Wilhelmina Oakenshield", days=20, kind="access", channel="authority")
    confirm_identity(actor=actor, request_id=nobody.pk, identity=Identity.AUTHORITY)
    _search(nobody)
    answer_request(actor=actor, request_id=nobody.pk, decision=Decision.NOTHING_HELD)
    known = timezone.now() - timedelta(hours=40)
    record_breach(
        actor=actor,
        scenario="stolen_phone",
        kinds=["confidentiality"],
        what="A duty phone was stolen from a car. It was locked.",
        noticed_at=known - timedelta(hours=3),
        aware_at=known,
    )


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
    return confirm_identity(actor=actor, request_id=row.pk, identity=Identity.KNOWN_CHANNEL)


def _search(row: DataRequest) -> None:
    row.status = RequestStatus.SEARCHING
    row.save(update_fields=["status"])
    keep_findings(row, find_everywhere(row))


def _name_in_notes(contact: Contact) -> None:
    """Notes of three meetings name the person: exactly, with a typo, and by number."""
    name = str(contact)
    said = (
        f"{name} will open the hall on Tuesdays. Her cousin Samir was asked about the broken window.",
        f"Left the leaflets with {name[:-2]}{name[-1]} at the bakery, as agreed.",
        f"Call back on {contact.phone.as_international if contact.phone else name} after 17:00.",
    )
    held = Meeting.objects.filter(status="held", district=contact.home_district).order_by("-starts_at", "pk")
    for meeting, facts in zip(held, said, strict=False):
        meeting.facts = f"{meeting.facts}\n{facts}".strip()
        fold_meeting(meeting)
        meeting.save()
