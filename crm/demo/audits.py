"""Demo district audits: last quarter in Northgate (signed off) and last month (in progress)."""

from datetime import timedelta
from typing import Any, Final

from accounts.actors import actor_for
from crm.demo.book import Book
from lib.days import city_day
from reports.periods import Period, month_of, quarter_of
from reviews.codes import FactsApart, FollowUpRecorded, IsSo, WasDone
from reviews.models import Review
from reviews.services.freezing import freeze_review
from reviews.services.reviews import (
    agree_action,
    check_action,
    comment_figure,
    conclude,
    mark_sample,
    note_call,
    sign_review,
)

SAMPLES: Final = 5
MARKS: Final = (
    (FactsApart.YES, FollowUpRecorded.YES, ""),
    (FactsApart.PARTLY, FollowUpRecorded.YES, "“They seem tired” stands among the facts."),
    (FactsApart.NO_OPINION, FollowUpRecorded.NOTHING_PROMISED, ""),
    (FactsApart.YES, FollowUpRecorded.NO, "A visit is promised in the text and nowhere else."),
    (FactsApart.YES, FollowUpRecorded.YES, ""),
)
ANSWERS: Final = (
    (IsSo.YES, "They remember the visit well."),
    (IsSo.PARTLY, "There were two of us, they say, and it was a week later."),
    (IsSo.YES, ""),
    (IsSo.NOT_REACHED, "Rung on two mornings."),
    (IsSo.YES, "They would like to be asked more often."),
)
CONCLUSION: Final = (
    "Most of those we know were met, and promises are mostly kept.\n\n"
    "Whom we met least are those who would need it most: nobody went to some communities all quarter, and "
    "for one nobody in the book speaks at all. What we promised by word of mouth is not always written down."
)


def write_audits(book: Book) -> None:
    """Create the audits through the services, as a supervisor would.

    The one for last quarter is signed today.
    """
    today = city_day(book.now)
    quarter, month = quarter_of(today).previous(), month_of(today).previous()
    _signed(book, _frozen(book, quarter))
    _under_way(book, _frozen(book, month))


def _frozen(book: Book, period: Period) -> Review:
    district = book.districts["N"].pk
    return freeze_review(actor=_sofia(book), district_id=district, period=period, samples=SAMPLES)


def _sofia(book: Book) -> Any:
    return actor_for(book.users["supervisor@demo.example"])


def _signed(book: Book, review: Review) -> None:
    about: dict[str, Any] = {"actor": _sofia(book), "review_id": review.pk}
    comment_figure(
        **about, slug="coverage", text="Four that nobody met are new in the book; the others are not."
    )
    comment_figure(
        **about, slug="follow-ups", text="Late ones were moved to the day of the next meeting, mostly."
    )
    _check(about, review, of_all=SAMPLES)
    conclude(**about, conclusion=CONCLUSION)
    due, nora = city_day(book.now), book.users["officer.north@demo.example"]
    for text, days, owner in (
        ("Visit each organisation that nobody met this quarter", 21, nora),
        ("Write every promise down as one, on the day it is made", 0, None),
        ("Find out who could speak for the communities nobody speaks for", 60, nora),
    ):
        agree_action(**about, text=text, due_on=due + timedelta(days=days), owner=owner)
    sign_review(**about)


def _under_way(book: Book, review: Review) -> None:
    """Create a half-finished audit, so that the page shows what is left to do."""
    about: dict[str, Any] = {"actor": _sofia(book), "review_id": review.pk}
    comment_figure(**about, slug="cadence", text="Better where two officers share an organisation.")
    _check(about, review, of_all=2)
    agreed = Review.objects.before(review).get().actions.order_by("due_on").first()
    if agreed is not None:
        check_action(**about, action_id=agreed.pk, answer=WasDone.DONE, note="Three of three looked at.")


def _check(about: dict[str, Any], review: Review, *, of_all: int) -> None:
    samples, calls = review.samples.order_by("position"), review.calls.order_by("position")
    for sample, (apart, recorded, note) in zip(samples[:of_all], MARKS, strict=False):
        mark_sample(**about, sample_id=sample.pk, facts_apart=apart, follow_up_recorded=recorded, note=note)
    for call, (answer, note) in zip(calls[:of_all], ANSWERS, strict=False):
        note_call(**about, call_id=call.pk, answer=answer, note=note)
