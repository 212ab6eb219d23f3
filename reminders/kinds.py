"""What people are reminded of. An app registers its subjects when it is ready; this one knows none of them.

kinds.register(Promises())
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.base import MIMEBase
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from lib.acting import Acting
from reminders.rules import Occurrence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """Why somebody is reminded: `code` is stored with each reminder, `title` is what people read.

    What is not urgent is `daily`: at 09:00 of the recipient's day, in one e-mail with the rest of that day.
    """

    code: str
    title: str | Promise
    daily: bool = False


class Key(NamedTuple):
    """What a reminder is about, for whom and how; with its occurrence it is unique."""

    rule: str
    subject_id: UUID
    recipient_id: UUID
    channel: str


class Wanted(NamedTuple):
    """An occurrence of a subject."""

    key: Key
    at: datetime
    made_until: datetime


class Record(NamedTuple):
    """What the trail keeps of a notice."""

    object_type: str
    object_ids: Sequence[UUID]
    district_ids: Collection[UUID]


class Subject(ABC, Generic[T]):
    """One kind of rows that people are reminded of: who is told, when, and with which text.

    `T` is a row as its recipient sees it. `code` is stored with each reminder.
    """

    code: ClassVar[str]
    known_rules: ClassVar[Sequence[Rule]]

    @abstractmethod
    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        """All that is wanted now of the rows with these ids."""

    @abstractmethod
    def coming(self, now: datetime) -> Iterable[UUID]:
        """Rows that may have an occurrence in the days ahead."""

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        """Those of them that may concern this user: what is made anew when the user's settings change."""
        return ()

    @abstractmethod
    def seen_by(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, T]:
        """Those of these rows that the actor may see."""

    @abstractmethod
    def words(self, rule: str, row: T) -> tuple[str, Sequence[str]]:
        """Title and lines, in the active language and time zone.

        Little is said, because e-mail is read on locked screens: a title never names an organisation,
        a person or what was promised.
        """

    def path(self, row_id: UUID) -> str:
        """The page a reminder leads to: of the pages, which are rooms above, only the name is known."""
        return reverse(self.code, args=[row_id])

    def attachment(self, row: T) -> MIMEBase | None:
        """What an e-mail brings along."""
        return None

    def record(self, row: Any) -> Record:
        return Record(self.code, [row.pk], [row.district_id])


_SUBJECTS: dict[str, Subject[Any]] = {}
_RULES: dict[str, Rule] = {}


def register(*subjects: Subject[Any]) -> None:
    for one in subjects:
        _SUBJECTS[one.code] = one
        _RULES.update({rule.code: rule for rule in one.known_rules})


def subjects() -> Collection[Subject[Any]]:
    return _SUBJECTS.values()


def find_subject(code: str) -> Subject[Any]:
    """Raises KeyError for one that nobody registered."""
    return _SUBJECTS[code]


def daily_rules() -> list[str]:
    return [rule.code for rule in _RULES.values() if rule.daily]


def title_of(rule: str) -> str:
    """What people read of a rule; of one that nobody registers any more, its code."""
    return str(_RULES[rule].title) if rule in _RULES else rule


def wanted(subject: Subject[Any], ids: Collection[UUID], now: datetime) -> Iterator[Wanted]:
    for row_id, one in subject.occurrences(ids, now) if ids else ():
        yield Wanted(Key(one.rule, row_id, one.recipient_id, one.channel), one.at, one.made_until)


def seen_by(actor: Acting, about: Iterable[tuple[str, UUID]]) -> dict[UUID, Any]:
    """The rows of these (subject's code, row's id) that the actor sees; a query a subject."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    for code, row_id in about:
        ids[code].add(row_id)
    seen: dict[UUID, Any] = {}
    for code in ids.keys() & _SUBJECTS.keys():
        seen.update(_SUBJECTS[code].seen_by(actor, ids[code]))
    return seen


def is_same_occasion(rule: str, one: datetime, other: datetime) -> bool:
    """Whether two occurrences of one subject, rule and recipient mean the same.

    A recipient who moves to another zone has another 09:00, but not another day to be reminded on.
    From one 09:00 to the next it is 21 hours at least, where a zone moves forward by three.
    """
    return one == other or (rule in daily_rules() and abs(one - other) < timedelta(hours=20))
