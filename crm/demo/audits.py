"""Demo district audits of Northgate: two quarters (signed, the last one twice) and last month (a draft)."""

import re
from datetime import timedelta
from typing import Any, Final

from accounts.actors import actor_for
from crm.demo.records import Book
from lib.days import city_day
from meetings.models import FollowUp, Meeting
from reports.queries.periods import Period, month_of, quarter_of
from reviews.codes import ActionOutcome, CallAnswer, FactsApart, FollowUpRecorded
from reviews.models import Review
from reviews.queries.parts import agreed_before
from reviews.services.freezing import freeze_review
from reviews.services.reviews import (
    agree_action,
    check_action,
    comment_figure,
    conclude,
    mark_sample,
    note_call,
)
from reviews.services.signing import countersign_review, sign_review

SAMPLES: Final = 5
MOOD: Final = re.compile(r"\b(angry|anxious|pleased|proud|shaken|sorry|tired|good mood|careful|calm)\b")
INTENTION: Final = re.compile(r"\b(will|asks? for|asked for|wants?|suggest|propose)\b")
ANSWERS: Final = (
    (CallAnswer.YES, "They remember it well."),
    (CallAnswer.PARTLY, "They say that two of us came, and that it was a week later."),
    (CallAnswer.YES, ""),
    (CallAnswer.NOT_REACHED, "Called on two mornings."),
    (CallAnswer.YES, "They would like to be asked more often."),
)
CONCLUSION: Final = (
    "We met most of the groups we know and kept most of what we promised.\n\n"
    "No one met the Travellers’ Forum, and no organisation represents the Hindu families. "
    "Promises made by word of mouth are not always recorded."
)

EARLIER: Final = "A quiet quarter. The Travellers’ Forum still has no date with us."
UNDONE: Final = "Agree a first meeting with the Travellers’ Forum"
RECORDED: Final = "Record each promise as a follow-up on the day it is made"


def write_audits(book: Book) -> None:
    """Create the audits through the services, as a supervisor would. What is signed is signed today."""
    today = city_day(book.now)
    quarter, month = quarter_of(today).previous(), month_of(today).previous()
    _write_first_audit(book, _frozen(book, quarter.previous()))
    _signed(book, _frozen(book, quarter))
    _replaced(book, _frozen(book, quarter))
    _under_way(book, _frozen(book, month))


def _frozen(book: Book, period: Period) -> Review:
    district = book.districts["N"].pk
    return freeze_review(actor=_sofia(book), district_id=district, period=period, samples=SAMPLES)


def _sofia(book: Book) -> Any:
    return actor_for(book.users["supervisor@demo.example"])


def _write_first_audit(book: Book, review: Review) -> None:
    audit_keys: dict[str, Any] = {"actor": _sofia(book), "review_id": review.pk}
    _check(audit_keys, review, of_all=SAMPLES)
    conclude(**audit_keys, conclusion=EARLIER)
    due = review.until + timedelta(days=30)
    agree_action(**audit_keys, text=UNDONE, due_on=due, owner=book.users["officer.north@demo.example"])
    sign_review(**audit_keys)


def _signed(book: Book, review: Review) -> None:
    audit_keys: dict[str, Any] = {"actor": _sofia(book), "review_id": review.pk}
    comment_figure(**audit_keys, slug="coverage", text="Some of those we did not meet have no lead officer.")
    comment_figure(
        **audit_keys, slug="follow-ups", text="Most late ones wait for an answer from another office."
    )
    _not_done(audit_keys, review, "Two dates fell through.")
    _check(audit_keys, review, of_all=SAMPLES)
    conclude(**audit_keys, conclusion=CONCLUSION)
    due, nora = city_day(book.now), book.users["officer.north@demo.example"]
    for text, days, owner in (
        ("Visit each organisation that no one met this quarter", 21, nora),
        (RECORDED, 0, None),
        ("Find out who could represent the Hindu families", 60, nora),
    ):
        agree_action(**audit_keys, text=text, due_on=due + timedelta(days=days), owner=owner)
    sign_review(**audit_keys)


def _replaced(book: Book, review: Review) -> None:
    """Sign another audit of the same quarter, and have it signed by a second person."""
    audit_keys: dict[str, Any] = {"actor": _sofia(book), "review_id": review.pk}
    _not_done(audit_keys, review, "Asked again for the new audit.")
    _check(audit_keys, review, of_all=SAMPLES)
    conclude(**audit_keys, conclusion=CONCLUSION)
    sign_review(**audit_keys, reason="Two meetings in September were entered after the first audit.")
    countersign_review(actor=actor_for(book.users["privacy@demo.example"]), review_id=review.pk)


def _not_done(audit_keys: dict[str, Any], review: Review, note: str) -> None:
    for action in agreed_before(review):
        check_action(**audit_keys, action_id=action.pk, answer=ActionOutcome.NOT_DONE, note=note)


def _under_way(book: Book, review: Review) -> None:
    """Create a half-finished audit, so that the page shows what is left to do."""
    audit_keys: dict[str, Any] = {"actor": _sofia(book), "review_id": review.pk}
    comment_figure(**audit_keys, slug="cadence", text="Better where two officers share an organisation.")
    _check(audit_keys, review, of_all=2)
    note = "Ten records read: each promise has its follow-up."
    action = agreed_before(review).get(text=RECORDED)
    check_action(**audit_keys, action_id=action.pk, answer=ActionOutcome.DONE, note=note)


def _check(audit_keys: dict[str, Any], review: Review, *, of_all: int) -> None:
    samples, calls = review.samples.order_by("position"), review.calls.order_by("position")
    read = Meeting.objects.in_bulk([sample.meeting_id for sample in samples])
    promised = set(FollowUp.objects.filter(meeting__in=read).values_list("meeting_id", flat=True))
    for sample in samples[:of_all]:
        meeting = read[sample.meeting_id]
        mark_sample(**audit_keys, sample_id=sample.pk, **_mark(meeting, promised=meeting.pk in promised))
    for call, (answer, note) in zip(calls[:of_all], ANSWERS, strict=False):
        note_call(**audit_keys, call_id=call.pk, answer=answer, note=note)


def _mark(meeting: Meeting, *, promised: bool) -> dict[str, Any]:
    """Judge a record by what it says, because the sample is drawn at random."""
    notes = []
    apart = FactsApart.YES if meeting.assessment else FactsApart.NO_OPINION
    if opinion := MOOD.search(meeting.facts):
        apart = FactsApart.PARTLY
        notes.append(f"“{opinion[0].capitalize()}” is a judgement and stands among the facts.")
    recorded = FollowUpRecorded.YES if promised else FollowUpRecorded.NOTHING_PROMISED
    if not promised and INTENTION.search(meeting.facts):
        recorded = FollowUpRecorded.NO
        notes.append("Someone is to act, and no follow-up says who.")
    return {"facts_apart": apart, "follow_up_recorded": recorded, "note": " ".join(notes)}
