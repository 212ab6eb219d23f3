"""Pure rules of practices: publication, levels of evidence, and reminders."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from reminders.rules import Occurrence, Recipient, each_channel, nine_oclock

#: Levels of evidence, weakest first (practices.codes.Evidence).
LEVELS: Final = ("described", "plausible", "tested_here", "evaluated", "reviewed")
#: The four minimum criteria of the European Crime Prevention Network, as fields of a review.
QUESTIONS: Final = ("problem_is_clear", "mechanism_is_clear", "has_evidence", "can_be_repeated")
#: Texts that an original needs. For `went_wrong`, "nothing known yet" is enough.
REQUIRED: Final = (
    "title",
    "problem",
    "how_it_works",
    "why",
    "steps",
    "where_it_works",
    "went_wrong",
    "results",
)
CONFIRMED_DAYS: Final = 365
RETIRED_DAYS: Final = 730  # after `confirm_by`
SHORTEST_REASON: Final = 10  # characters


def highest_level(answers: Mapping[str, str]) -> str:
    """Return the strongest level that the four answers of a review allow.

    Two "no", or an unclear problem or mechanism, allow only `described`. Without evidence or a plausible
    theory, `plausible` is the strongest.
    """
    noes = sum(answers[name] == "no" for name in QUESTIONS)
    if noes > 1 or not answers["problem_is_clear"] == answers["mechanism_is_clear"] == "yes":
        return "described"
    return "reviewed" if answers["has_evidence"] == "yes" else "plausible"


def is_allowed(level: str, answers: Mapping[str, str]) -> bool:
    return LEVELS.index(level) <= LEVELS.index(highest_level(answers))


def missing(text: Mapping[str, object]) -> list[str]:
    """Return the names of texts that an original still needs."""
    return [name for name in REQUIRED if not text.get(name)]


def is_unconfirmed(confirm_by: date | None, today: date) -> bool:
    return confirm_by is not None and confirm_by < today


def retires_on(confirm_by: date) -> date:
    return confirm_by + timedelta(days=RETIRED_DAYS)


def looks_like_a_person(mailbox: str, names: Iterable[str]) -> bool:
    """Whether the part before the @ contains a colleague's folded name, or looks like initial and surname."""
    local = mailbox.split("@")[0].casefold()
    words = set(re.split(r"[^\w]+|_", local))
    name_words = {word for name in names for word in name.split() if len(word) > 2}
    return bool(words & name_words) or re.fullmatch(r"[a-z]\.[a-z]{3,}", local) is not None


# --- Reminders --------------------------------------------------------------------------------------------

PRACTICE_CONFIRM: Final = "practice_confirm"
PRACTICE_RETIRED: Final = "practice_retired"
REVIEW_WAITING: Final = "practice_review_waiting"
TAKEAWAY_TRIED: Final = "takeaway_tried"
CONFIRM_DAYS: Final = 30  # before `confirm_by`
WAITING_DAYS: Final = 7
TRIED_DAYS: Final = 90
#: A takeaway counts as tried if it became an adoption in these days.
COUNTED_DAYS: Final = 180


def practice_reminders(
    *,
    keepers: Collection[Recipient],
    reviewers: Collection[Recipient],
    confirm_by: date | None,
    submitted_on: date | None,
    retired_on: date | None,
    now: datetime,
) -> Iterator[Occurrence]:
    """Yield reminders at 09:00: to keepers before the confirmation is due, and to reviewers."""
    days_by_rule = (
        (PRACTICE_CONFIRM, keepers, confirm_by and confirm_by - timedelta(days=CONFIRM_DAYS)),
        (PRACTICE_RETIRED, keepers, retired_on),
        (REVIEW_WAITING, reviewers, submitted_on and submitted_on + timedelta(days=WAITING_DAYS)),
    )
    for rule, recipients, day in days_by_rule:
        for recipient in recipients if day else ():
            if day:
                yield from each_channel(rule, recipient, nine_oclock(day, recipient.zone), now=now)


def takeaway_reminder(*, owner: Recipient, taken_on: date, now: datetime) -> Iterator[Occurrence]:
    """Yield one reminder, 90 days after the takeaway was recorded: "Tried it?"."""
    day = taken_on + timedelta(days=TRIED_DAYS)
    yield from each_channel(TAKEAWAY_TRIED, owner, nine_oclock(day, owner.zone), now=now)
