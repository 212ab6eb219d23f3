"""Reminder subjects and their rules (docs/adr/0021). `crm.wiring` lists the subjects of all apps."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.base import MIMEBase
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from lib.acting import Acting
from lib.wired import Wired
from reminders.rules import Occurrence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """The reason for a reminder: `code` is stored with each reminder, `title` is shown to users.

    `daily` rules are not urgent: all reminders of a day are sent in one email at 09:00 of the recipient's
    day.
    """

    code: str
    title: str | Promise
    daily: bool = False


class Key(NamedTuple):
    """Rule, subject, recipient and channel of a reminder. Together with the occurrence the key is unique."""

    rule: str
    subject_id: UUID
    recipient_id: UUID
    channel: str


class Wanted(NamedTuple):
    """An occurrence that should have a reminder."""

    key: Key
    at: datetime
    made_until: datetime


class Record(NamedTuple):
    """The objects and districts that the activity log records for a notice."""

    object_type: str
    object_ids: Sequence[UUID]
    district_ids: Collection[UUID]


class Subject(ABC, Generic[T]):
    """A kind of row that users are reminded of: the recipients, times and texts.

    `T` is a row as its recipient sees it. `code` is stored with each reminder.
    """

    code: ClassVar[str]
    known_rules: ClassVar[Sequence[Rule]]

    @abstractmethod
    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        """Yield all occurrences that the rows with these IDs should have now."""

    @abstractmethod
    def coming(self, now: datetime) -> Iterable[UUID]:
        """Return the IDs of rows that may have an occurrence in the days ahead."""

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        """Return the IDs of coming rows that may concern this user.

        Their reminders are made again after a change of the user's settings.
        """
        return ()

    @abstractmethod
    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, T]:
        """Return the rows that the actor may see, by ID."""

    @abstractmethod
    def words(self, rule: str, row: T) -> tuple[str, Sequence[str]]:
        """Return the title and lines in the active language and time zone.

        Emails are read on locked screens, so a title never names an organisation, a person or the content of
        a follow-up.
        """

    def path(self, row_id: UUID) -> str:
        """Return the URL of the reminder's page.

        The page is resolved by name, because pages are a higher layer.
        """
        return reverse(self.code, args=[row_id])

    def attachment(self, row: T) -> MIMEBase | None:
        """Return an attachment for the email, or None."""
        return None

    def record(self, row: Any) -> Record:
        return Record(self.code, [row.pk], [row.district_id])


SUBJECTS: Final = Wired[Subject[Any]]("reminders.models.subjects.SUBJECTS")


def _by_code() -> dict[str, Subject[Any]]:
    return {subject.code: subject for subject in SUBJECTS}


def find_subject(code: str) -> Subject[Any]:
    """Return the subject with this code. Raises KeyError if there is none."""
    return _by_code()[code]


def rules() -> dict[str, Rule]:
    """Rules of all subjects by code."""
    return {rule.code: rule for subject in SUBJECTS for rule in subject.known_rules}


def daily_rules() -> list[str]:
    return [rule.code for rule in rules().values() if rule.daily]


def title_of(code: str) -> str:
    """Return the title of a rule, or its code if no subject has the rule any longer."""
    rule = rules().get(code)
    return str(rule.title) if rule else code


def wanted_reminders(subject: Subject[Any], ids: Collection[UUID], moment: datetime) -> Iterator[Wanted]:
    for row_id, occurrence in subject.occurrences(ids, moment) if ids else ():
        yield Wanted(
            Key(occurrence.rule, row_id, occurrence.recipient_id, occurrence.channel),
            occurrence.at,
            occurrence.made_until,
        )


def visible_subjects(actor: Acting, subject_keys: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Any]:
    """Return the rows that the actor may see, for and by pairs of subject code and row ID.

    One query per subject.
    """
    ids: dict[str, set[UUID]] = defaultdict(set)
    for code, row_id in subject_keys:
        ids[code].add(row_id)
    visible: dict[tuple[str, UUID], Any] = {}
    subjects = _by_code()
    for code in ids.keys() & subjects.keys():
        rows = subjects[code].rows_visible_to(actor, ids[code])
        visible.update({(code, row_id): row for row_id, row in rows.items()})
    return visible


def is_same_occasion(rule: str, occurrence: datetime, other_occurrence: datetime) -> bool:
    """Whether two occurrences of the same subject, rule and recipient are the same occasion.

    If a recipient changes their time zone, 09:00 is another moment but still the same day. Two 09:00s are at
    least 21 hours apart, even if a zone moves forward by 3 hours.
    """
    return occurrence == other_occurrence or (
        rule in daily_rules() and abs(occurrence - other_occurrence) < timedelta(hours=20)
    )
