"""A demo library: eight practices of the city, four of two invented cities, and what came of them."""

from datetime import date, timedelta
from typing import Any, Final

from accounts.actors import Actor, actor_for
from crm.demo.book import Book
from crm.demo.library import ADOPTIONS, OTHERS, OURS, TAKEAWAYS
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
    rows = [_ours(author, reviewer, said, today) for said in OURS]
    rows += [_of_another_city(reviewer, said, today) for said in OTHERS]
    north = [one for one in book.districts.values() if one.pk in author.district_ids]
    for number, (which, came_of_it, would_again, changed) in enumerate(ADOPTIONS):
        record_adoption(
            actor=author,
            practice_id=rows[which].pk,
            district=north[number % len(north)],
            started_on=today - timedelta(days=200 - 25 * number),
            came_of_it=came_of_it,
            would_again=would_again,
            what_we_changed=changed,
            asked_communities=came_of_it in ("helped", "made_worse"),
            asked_how="At the next meeting with them.",
        )
    _workshop(book, author, north[0], rows, today)


def _texts(said: dict[str, Any]) -> dict[str, Any]:
    title, url = said["source"]
    return {name: said[name] for name in TEXTS} | {"sources": [{"title": title, "url": url}]}


def _about(said: dict[str, Any]) -> dict[str, Any]:
    codes = {"phases": [said["phase"]], "strands": [said["strand"]], "grounds": said.get("grounds", [])}
    return codes | {"level": said["level"], "since": 2021, "size": "district of 40,000"}


def _ours(author: Actor, reviewer: Actor, said: dict[str, Any], today: date) -> Practice:
    given = _about(said) | {"contact": MAILBOX, "people_needed": "two officers"}
    row = create_practice(actor=author, language="en", text=_texts(said), **given)
    about: dict[str, Any] = {"actor": author, "practice_id": row.pk}
    submit_practice(**about)
    answers = dict.fromkeys(QUESTIONS, "yes")
    review_practice(actor=reviewer, practice_id=row.pk, level=said["level"], note="Demonstration", **answers)
    row = publish_practice(**about)
    if reason := said.get("retired"):
        row = retire_practice(**about, reason=reason)
    if said.get("unconfirmed"):
        row.confirmed_on = today - timedelta(days=CONFIRMED_DAYS + 60)
        row.confirm_by = today - timedelta(days=60)
        write_practice(author, row, ["confirmed_on"])
    return row


def _of_another_city(actor: Actor, said: dict[str, Any], today: date) -> Practice:
    """As a file of that city would have brought it."""
    row = Practice(
        code=said["title"].lower().replace(" ", "-"),
        origin=said["city"],
        status=PracticeStatus.PUBLISHED,
        confirmed_on=today - timedelta(days=40),
        confirm_by=today + timedelta(days=CONFIRMED_DAYS - 40),
        contact=f"prevention@{said['city'].lower()}.example",
        **_about(said),
    )
    row.save(force_insert=True)
    if said.get("machine"):
        row.texts.create(language="en", translated=Translated.BY_MACHINE, **_texts(said))
        spanish = _texts(said) | {"title": "Vecinos que se llaman", "problem": "Los rumores corren."}
        row.texts.create(language="es", **spanish)
    else:
        row.texts.create(language="en", **_texts(said))
    write_practice(actor, row, ["texts"])
    return row


def _workshop(book: Book, actor: Actor, district: Any, rows: list[Practice], today: date) -> None:
    """Forces that came are named as forces, never their people."""
    meeting = log_meeting(
        actor=actor,
        kind=MeetingKind.MUTUAL_LEARNING_WORKSHOP,
        subject="Workshop with Westmark and Sunderholm",
        district=district,
        starts_at=book.now - timedelta(days=92),
        headcount=14,
        other_participants="Westmark Municipal Police, 3; Sunderholm Police, 4",
    )
    taken: list[dict[str, Any]] = [
        {"title": title, "practice": None if which is None else rows[which]} for title, which in TAKEAWAYS
    ]
    for number, one in enumerate(taken):
        one["due_on"] = today + timedelta(days=14 + 7 * number)
    record_takeaways(actor=actor, meeting_id=meeting.pk, takeaways=taken, taken_on=today - timedelta(days=88))
