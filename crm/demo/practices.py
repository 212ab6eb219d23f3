"""A demo library: eight practices of the city, four of two invented cities, and what came of them."""

from datetime import date, timedelta
from typing import Any, Final

from accounts.actors import Actor, actor_for
from crm.demo.library import ADOPTIONS, OTHERS, OURS, TAKEAWAYS
from crm.demo.records import Book
from lib.days import city_day
from meetings.codes import MeetingKind
from meetings.services.held_meetings import log_meeting
from practices.codes import PracticeStatus, Translated
from practices.models import Practice
from practices.rules import CONFIRMED_DAYS, QUESTIONS
from practices.services.adoptions import record_adoption
from practices.services.practices import (
    create_practice,
    publish_practice,
    retire_practice,
    review_practice,
    submit_practice,
    write_practice,
)
from practices.services.takeaways import record_takeaways

TEXTS: Final = ("title", "problem", "how_it_works", "why", "steps", "where_it_works", "went_wrong", "results")
MAILBOX: Final = "prevention@alderport.example"


def write_library(book: Book) -> None:
    """Write the practices through the services: an officer writes, and a supervisor reviews."""
    today = city_day(book.now)
    author = actor_for(book.users["officer.north@demo.example"])
    reviewer = actor_for(book.users["supervisor.city@demo.example"])
    rows = [_write_own_practice(author, reviewer, story, today) for story in OURS]
    rows += [_write_practice_of_another_city(reviewer, story, today) for story in OTHERS]
    north = [district for district in book.districts.values() if district.pk in author.district_ids]
    for number, (practice_number, came_of_it, would_again, changed) in enumerate(ADOPTIONS):
        record_adoption(
            actor=author,
            practice_id=rows[practice_number].pk,
            district=north[number % len(north)],
            started_on=today - timedelta(days=200 - 25 * number),
            came_of_it=came_of_it,
            would_again=would_again,
            what_we_changed=changed,
            asked_communities=came_of_it in ("helped", "made_worse"),
            asked_how="At the next meeting with them.",
        )
    _workshop(book, author, north[0], rows, today)


def _texts(story: dict[str, Any]) -> dict[str, Any]:
    title, url = story["source"]
    return {name: story[name] for name in TEXTS} | {"sources": [{"title": title, "url": url}]}


def _fields(story: dict[str, Any]) -> dict[str, Any]:
    codes = {"phases": [story["phase"]], "strands": [story["strand"]], "grounds": story.get("grounds", [])}
    return codes | {"level": story["level"], "since": 2021, "size": "district of 40,000"}


def _write_own_practice(author: Actor, reviewer: Actor, story: dict[str, Any], today: date) -> Practice:
    fields = _fields(story) | {"contact": MAILBOX, "people_needed": "two officers"}
    row = create_practice(actor=author, language="en", text=_texts(story), **fields)
    practice_keys: dict[str, Any] = {"actor": author, "practice_id": row.pk}
    submit_practice(**practice_keys)
    answers = dict.fromkeys(QUESTIONS, "yes")
    review_practice(actor=reviewer, practice_id=row.pk, level=story["level"], note="Demonstration", **answers)
    row = publish_practice(**practice_keys)
    if reason := story.get("retired"):
        row = retire_practice(**practice_keys, reason=reason)
    if story.get("unconfirmed"):
        row.confirmed_on = today - timedelta(days=CONFIRMED_DAYS + 60)
        row.confirm_by = today - timedelta(days=60)
        write_practice(author, row, ["confirmed_on"])
    return row


def _write_practice_of_another_city(actor: Actor, story: dict[str, Any], today: date) -> Practice:
    """Create a practice as if imported from a file of that city."""
    row = Practice(
        code=story["title"].lower().replace(" ", "-"),
        origin=story["city"],
        status=PracticeStatus.PUBLISHED,
        confirmed_on=today - timedelta(days=40),
        confirm_by=today + timedelta(days=CONFIRMED_DAYS - 40),
        contact=f"prevention@{story['city'].lower()}.example",
        **_fields(story),
    )
    row.save(force_insert=True)
    if story.get("machine"):
        row.texts.create(language="en", translated=Translated.BY_MACHINE, **_texts(story))
        spanish = _texts(story) | {"title": "Vecinos que se llaman", "problem": "Los rumores corren."}
        row.texts.create(language="es", **spanish)
    else:
        row.texts.create(language="en", **_texts(story))
    write_practice(actor, row, ["texts"])
    return row


def _workshop(book: Book, actor: Actor, district: Any, rows: list[Practice], today: date) -> None:
    """Log a workshop that names the forces that came, never their people."""
    meeting = log_meeting(
        actor=actor,
        kind=MeetingKind.MUTUAL_LEARNING_WORKSHOP,
        subject="Workshop with Westmark and Sunderholm",
        district=district,
        starts_at=book.now - timedelta(days=92),
        headcount=14,
        other_participants="Westmark Municipal Police, 3; Sunderholm Police, 4",
    )
    takeaways: list[dict[str, Any]] = [
        {"title": title, "practice": None if practice_number is None else rows[practice_number]}
        for title, practice_number in TAKEAWAYS
    ]
    for number, takeaway in enumerate(takeaways):
        takeaway["due_on"] = today + timedelta(days=14 + 7 * number)
    record_takeaways(
        actor=actor, meeting_id=meeting.pk, takeaways=takeaways, taken_on=today - timedelta(days=88)
    )
