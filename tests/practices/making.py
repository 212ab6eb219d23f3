"""Practices for tests: written, reviewed by another person, and published."""

import copy
from datetime import date
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from accounts.actors import Actor
from districts.models import District
from lib import city_files
from lib.days import city_today
from practices.models import Adoption, Practice, PracticeFile
from practices.services.adoptions import record_adoption
from practices.services.file_format import build
from practices.services.offered_files import receive_file
from practices.services.practices import (
    create_practice,
    publish_practice,
    review_practice,
    submit_practice,
)
from practices.services.takeaways import record_takeaways
from tests.factories import make_actor, make_meeting

YES: Final = dict.fromkeys(
    ("problem_is_clear", "mechanism_is_clear", "has_evidence", "can_be_repeated"), "yes"
)
FIELDS: Final[dict[str, Any]] = {"phases": ["prevent"], "strands": ["victims"], "since": 2019}
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STARTED: Final = date(2026, 3, 2)


def texts(words: str = "Visit after each report") -> dict[str, Any]:
    return {
        "title": words,
        "problem": f"{words}: people who report hear nothing.",
        "how_it_works": "An officer visits in three days.",
        "why": "Who is visited reports again.",
        "steps": "Agree who visits\nVisit\nWrite down what was said",
        "where_it_works": "Where shifts are long enough.",
        "went_wrong": "Nothing known yet",
        "results": "Demonstration.",
        "sources": [{"title": "Compendium", "url": "https://example.org/compendium"}],
    }


def drafted(actor: Actor, words: str = "Visit after each report", **fields: Any) -> Practice:
    return create_practice(actor=actor, language="en", text=texts(words), **(FIELDS | fields))


def published(
    author: Actor, reviewer: Actor, words: str = "Visit after each report", **fields: Any
) -> Practice:
    """Written by one person and reviewed by another."""
    row = drafted(author, words, **fields)
    submit_practice(actor=author, practice_id=row.pk)
    review_practice(actor=reviewer, practice_id=row.pk, level="plausible", **YES)
    return publish_practice(actor=author, practice_id=row.pk)


def tried(actor: Actor, practice: Practice, district: District, **fields: Any) -> Adoption:
    said = {"started_on": STARTED, "came_of_it": "helped", "would_again": "yes"} | fields
    return record_adoption(actor=actor, practice_id=practice.pk, district=district, **said)


def _takeaway(owner: Actor, practice: Practice, district: District) -> dict[str, Any]:
    workshop = make_meeting(district, kind="mutual_learning_workshop", officers=[])
    given = {"title": "Visit after each report", "due_on": city_today(), "practice": practice}
    [row] = record_takeaways(actor=owner, meeting_id=workshop.pk, takeaways=[given])
    return {"workshop": workshop.pk, "takeaway": row.pk}


def make_files(actor: Actor, row: Practice) -> dict[str, Any]:
    """A file of a practice for another city, and one of another city; IDs by noun."""
    sent = build(city="Alderport", made_at=timezone.now(), rows=[row])
    came = copy.deepcopy(sent) | {"city": "Westmark", "made_at": str(row.pk)}
    content = city_files.write(came, *city_files.sign(came, KEY))
    key, signature = city_files.sign(sent, KEY)
    file = PracticeFile.objects.create(
        recipient="Westmark", practices=[row.pk], document=sent, key=key, signature=signature
    )
    return {"practicefile": file.pk, "offeredfile": receive_file(actor=actor, content=content)[0].pk}


def make_practice(owner: Actor, district: District) -> dict[str, Any]:
    """One practice of each status with an adoption, and a takeaway of its owner; IDs by noun."""
    author, reviewer = make_actor(district), make_actor(district, role="supervisor")
    waiting = drafted(author, "Waiting")
    submit_practice(actor=author, practice_id=waiting.pk)
    reviewed = drafted(author, "Reviewed")
    submit_practice(actor=author, practice_id=reviewed.pk)
    review_practice(actor=reviewer, practice_id=reviewed.pk, level="plausible", **YES)
    row = published(author, reviewer)
    return {
        "practice": row.pk,
        "practice_draft": drafted(author, "Draft").pk,
        "practice_waiting": waiting.pk,
        "practice_reviewed": reviewed.pk,
        "adoption": tried(author, row, district).pk,
        **_takeaway(owner, row, district),
        **make_files(reviewer, row),
    }
