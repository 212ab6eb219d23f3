"""Reminders of the privacy desk: requests, notices and breaches, and records to review."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import actor_for
from accounts.models import Role, User, UserQuerySet
from lib.acting import Acting
from lib.days import city_today
from meetings.queries.stand_ins import recipient_of
from privacy.models import Breach, DataRequest, Notice, RetentionRule
from privacy.queries.review_queue import queue
from privacy.rules import reminding
from privacy.rules.retention import REVIEW_QUEUE, RULE_REVIEW, review_reminders
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import Occurrence, Recipient, each_channel, nine_oclock
from reminders.services.channels import day_in_full

T = TypeVar("T", bound=models.Model)
_DAY: Final = timedelta(days=1)  # after a day, the next reminder is due


class _OfTheDesk(Subject[T]):
    """A row of the privacy desk, of which every privacy officer gets reminders."""

    page: ClassVar[str]
    object_type: ClassVar[str] = ""  # in the activity log, if it is not the code

    def waiting(self) -> Any:
        """Return rows that need work."""
        raise NotImplementedError

    def occurrences_of(self, row: Any, officer: Recipient, now: datetime) -> Iterator[Occurrence]:
        raise NotImplementedError

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        officers = _privacy_officers()
        for row in self.waiting().filter(pk__in=ids):
            for officer in officers:
                for occurrence in self.occurrences_of(row, officer, now):
                    yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        ids: Iterable[UUID] = self.waiting().values_list("pk", flat=True)
        return ids

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return self.coming(now) if user.role == Role.PRIVACY_OFFICER else ()

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, T]:
        rows: Mapping[UUID, T] = self.waiting().visible_to(actor).filter(pk__in=ids).in_bulk()
        return rows

    def path(self, row_id: UUID) -> str:
        return reverse(self.page, args=[row_id])

    def record(self, row: Any) -> Record:
        return Record(self.object_type or self.code, [row.pk], [])


class Requests(_OfTheDesk[DataRequest]):
    code, page = reminding.REQUEST, "data_request"
    object_type = "data_request"
    known_rules = (
        Rule(reminding.REQUEST_DUE, gettext_lazy("data request to answer"), daily=True),
        Rule(reminding.REQUEST_LATE, gettext_lazy("late data request"), daily=True),
        Rule(reminding.CORRECTION_DUE, gettext_lazy("organisation’s record to correct"), daily=True),
        Rule(reminding.IDENTITY_UNANSWERED, gettext_lazy("identity that was not confirmed"), daily=True),
    )

    def waiting(self) -> Any:
        return DataRequest.objects.to_do().defer("stated")

    def occurrences_of(self, row: Any, officer: Recipient, now: datetime) -> Iterator[Occurrence]:
        if row.is_to_correct:
            days = list(reminding.of_correction(row.last_day, city_today()))
        else:
            days = list(reminding.of_request(row.received_on, row.last_day, city_today()))
        if row.identity_asked_on and not row.is_identified:
            days.append(reminding.of_identity(row.identity_asked_on))
        for rule, day in days:
            at = nine_oclock(day, officer.zone)
            yield from each_channel(rule, officer, at, now=now, made_until=at + _DAY)

    def words(self, rule: str, row: DataRequest) -> tuple[str, Sequence[str]]:
        if rule == reminding.IDENTITY_UNANSWERED:
            return _("A person has not confirmed their identity"), [row.number]
        due = _("Due on %(day)s") % {"day": day_in_full(row.last_day)}
        if row.is_to_correct:
            return _("The record of an organisation is to be corrected"), [row.number, due]
        days_left = row.days_left(city_today())
        if days_left < 0:
            return _("A data request is late"), [row.number]
        return _("A data request waits for an answer"), [row.number, due]


class Notices(_OfTheDesk[Notice]):
    code = "notice"
    page = "notices"
    known_rules = (Rule(reminding.NOTICE_UNANSWERED, gettext_lazy("notice without an answer"), daily=True),)

    def waiting(self) -> Any:
        return Notice.objects.pending()

    def occurrences_of(self, row: Any, officer: Recipient, now: datetime) -> Iterator[Occurrence]:
        rule, day = reminding.of_notice(row.confirm_by)
        at = nine_oclock(day, officer.zone)
        yield from each_channel(rule, officer, at, now=now, made_until=at + _DAY)

    def words(self, rule: str, row: Notice) -> tuple[str, Sequence[str]]:
        return _("A recipient of data has not answered a notice"), ()

    def path(self, row_id: UUID) -> str:
        return reverse(self.page)


class Breaches(_OfTheDesk[Breach]):
    """Breaches. They are not in the daily email, because each hour counts."""

    code = page = "breach"
    known_rules = (Rule(reminding.BREACH_HOURS, gettext_lazy("hours since a breach was known")),)

    def waiting(self) -> Any:
        return Breach.objects.to_tell()

    def occurrences_of(self, row: Any, officer: Recipient, now: datetime) -> Iterator[Occurrence]:
        for rule, at in reminding.of_breach(row.aware_at):
            yield from each_channel(rule, officer, at, now=now)

    def words(self, rule: str, row: Breach) -> tuple[str, Sequence[str]]:
        deadline = timezone.localtime(row.authority_by)
        deadline_text = _("Tell the authority by %(day)s, %(time)s") % {
            "day": day_in_full(deadline.date()),
            "time": f"{deadline:%H:%M}",
        }
        return _("A breach is open, and the 72 hours run"), [row.number, deadline_text]


def _privacy_officers() -> list[Recipient]:
    officers = User.objects.active().with_role(Role.PRIVACY_OFFICER)
    return [
        Recipient(
            officer.pk, frozenset(officer.reminder_channels), ZoneInfo(officer.time_zone), officer.is_active
        )
        for officer in officers
    ]


class Reviewers(Subject[User]):
    """Users who review records. An email has the number of records and names none."""

    code = "reviewer"
    known_rules = (
        Rule(REVIEW_QUEUE, gettext_lazy("records to review"), daily=True),
        Rule(RULE_REVIEW, gettext_lazy("yearly review of retention rules"), daily=True),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        days = [row.in_force_on for row in RetentionRule.objects.in_force()]
        for user in _reviewers().filter(pk__in=ids):
            is_supervisor = user.role == Role.SUPERVISOR
            for occurrence in review_reminders(
                recipient_of(user), days, now=now, is_supervisor=is_supervisor
            ):
                yield user.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return list(_reviewers().values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return list(_reviewers().filter(pk=user.pk).values_list("pk", flat=True))

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, User]:
        """The actor's own row. A supervisor with nothing to review gets no email."""
        reviewers: dict[UUID, Any] = _reviewers().in_bulk([pk for pk in ids if pk == actor.id])
        for row in reviewers.values():
            row.to_review = sum(queue(actor_for(row))[1].values())
        return {pk: row for pk, row in reviewers.items() if row.role != Role.SUPERVISOR or row.to_review}

    def words(self, rule: str, row: Any) -> tuple[str, Sequence[str]]:
        if rule == RULE_REVIEW:
            return _("Review the retention rules"), [_("A year has passed since a rule was put in force.")]
        sentence = ngettext(
            "%(count)s record is up for review.", "%(count)s records are up for review.", row.to_review
        )
        return _("Records to review"), [sentence % {"count": row.to_review}]

    def path(self, row_id: UUID) -> str:
        return reverse("retention_review")

    def record(self, row: Any) -> Record:
        return Record("user", [row.pk], [])


def _reviewers() -> UserQuerySet:
    users: UserQuerySet = User.objects.with_role(Role.SUPERVISOR, Role.PRIVACY_OFFICER)
    return users


SUBJECTS: Final = (Requests(), Notices(), Breaches(), Reviewers())
