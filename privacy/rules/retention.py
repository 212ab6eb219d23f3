"""Retention periods as pure functions: due days, keeps and reminders of reviews."""

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from reminders.rules import Occurrence, Recipient, days_around, each_channel, nine_oclock

LEAST_DAYS: Final = 30
LEAST_LOG_DAYS: Final = 400  # of the activity log, because the change feed needs them (api/changes.py)
MOST_DAYS: Final = 36_500
AHEAD: Final = 30  # days in the review queue before the text is removed
DECIDE_WITHIN: Final = timedelta(days=30)  # until then a review is in time
IN_A_ROW: Final = 3  # successive keeps, of which the last needs a sentence
SHORTEST: Final = 20  # characters of that sentence
FEWEST_WORDS: Final = 3  # different ones in that sentence, each with two different letters
FEWEST_LETTERS: Final = 8  # different ones in that sentence
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
REVIEW_QUEUE: Final = "retention_queue"
RULE_REVIEW: Final = "retention_rules"


def old_before(today: date, days: int) -> date:
    """Return the day before which an event must lie to be due today.

    >>> old_before(date(2026, 3, 31), 30)
    datetime.date(2026, 3, 1)
    """
    return today - timedelta(days=days)


def due_on(counted_from: date, days: int, in_force_on: date) -> date:
    """Return the day on which a record is due, not before its rule was in force.

    >>> due_on(date(2020, 1, 1), 365, date(2026, 1, 1))
    datetime.date(2026, 1, 1)
    """
    return max(counted_from + timedelta(days=days), in_force_on)


def is_in_time(due: date, decided: date) -> bool:
    return decided <= due + DECIDE_WITHIN


def is_in_words(text: str) -> bool:
    """Whether a text has several different words, and not just repeated letters.

    >>> is_in_words("They help with the night walk"), is_in_words("xxxxxxxxxxxxxxxxxxxx 1")
    (True, False)
    >>> is_in_words("aaa bbb ccc ddd eee fff"), is_in_words("夜間の見回りを手伝ってくれている人です")
    (False, True)
    """
    words = {word.casefold() for word in _WORD.findall(text)}
    letters = {letter for word in words for letter in word}
    varied_words = [word for word in words if len(set(word)) >= 2]
    is_spaced = len(varied_words) >= FEWEST_WORDS
    is_unspaced = any(len(set(word)) >= FEWEST_LETTERS for word in varied_words)
    return len(letters) >= FEWEST_LETTERS and (is_spaced or is_unspaced)


def in_letters(text: str) -> str:
    """Return a text without digits and signs, so that a number makes no new sentence.

    >>> in_letters("They help us, 1") == in_letters("they help us 2")
    True
    """
    return " ".join(_WORD.findall(text.casefold()))


def needs_sentence(kept_before: int, in_a_row: int) -> bool:
    """Whether a keep needs a sentence: the third of a record, or a person's third in a row.

    >>> needs_sentence(kept_before=2, in_a_row=0), needs_sentence(kept_before=0, in_a_row=1)
    (True, False)
    """
    return max(kept_before, in_a_row) + 1 >= IN_A_ROW


def review_reminders(
    reviewer: Recipient, in_force_on: Collection[date], *, now: datetime, is_supervisor: bool
) -> Iterator[Occurrence]:
    """Yield reminders at 09:00: for a supervisor on the first of a month, for others a year after a rule.

    `in_force_on`: first days of the rules in force. Without a rule there is no review.
    """
    for day in days_around(now, reviewer.zone):
        at = nine_oclock(day, reviewer.zone)
        if is_supervisor:
            if day.day == 1 and in_force_on:
                yield from each_channel(REVIEW_QUEUE, reviewer, at, now=now)
        elif any(_is_anniversary(day, since) for since in in_force_on):
            yield from each_channel(RULE_REVIEW, reviewer, at, now=now)


def _is_anniversary(day: date, since: date) -> bool:
    """Whether a year or several have passed. A rule of 29 February is reviewed on 1 March.

    >>> _is_anniversary(date(2027, 3, 1), date(2024, 2, 29)), _is_anniversary(*2 * [date(2026, 5, 4)])
    (True, False)
    """
    try:
        same = since.replace(year=day.year)
    except ValueError:
        same = date(day.year, 3, 1)
    return day == same and day > since
