"""Contacts and notes whose period is over, for tests of the review queue."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from contacts.models import Contact
from districts.models import District
from jobs.services.running import run_next
from meetings.models import Meeting
from privacy.models import (
    Erasure,
    RetentionDecision,
)
from privacy.queries.review_queue import queue
from privacy.services.retention_decisions import erase_records, keep_record
from tests.factories import (
    make_contact,
    make_meeting,
)
from tests.privacy.making import confirm_pending

OWN = "They help us with the night walk every {n}. week of the month."


def made(north: District, days: int = 400, **fields: Any) -> Contact:
    """A contact whom no one has met or changed for so many days."""
    row = make_contact(north, **fields)
    Contact.objects.filter(pk=row.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return row


def noted(north: District, facts: str, days: int = 1080) -> Meeting:
    return make_meeting(north, starts_at=timezone.now() - timedelta(days=days), facts=facts)


def erased(actor: Actor, *contacts: Contact) -> int:
    """Erase contacts from the queue, with a second person if one is needed, and the background task."""
    count = erase_records(actor=actor, records={"contact": [one.pk for one in contacts]})
    if waiting := Erasure.objects.filter(job=None).first():
        confirm_pending(waiting.pk, delayed=False)
    run_next()
    return count


def rows(actor: Actor) -> list[Any]:
    return [one.row for one in queue(actor)[0]]


def kept(actor: Actor, row: Contact, **given: Any) -> RetentionDecision:
    return keep_record(actor=actor, noun="contact", object_id=row.pk, **({"reason": "in_touch"} | given))
