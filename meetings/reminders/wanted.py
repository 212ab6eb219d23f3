"""What reminders are wanted of given rows now: the rules of `meetings.rules`, fed from the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Min, Q

from accounts.models import Relief, Role, User, UserQuerySet
from contacts.models import Organisation
from lib.days import city_day
from meetings import rules
from meetings.models import Concern, Reminder
from meetings.models.concern import ConcernQuerySet
from meetings.models.follow_up import FollowUpQuerySet
from meetings.models.meeting import MeetingQuerySet
from meetings.models.reminder import SubjectType
from meetings.whom_to_call import is_touched_by


@dataclass(frozen=True, slots=True)
class Key:
    """What a reminder is about, for whom and how; with its occurrence it is unique."""

    rule: str
    subject_id: UUID
    recipient_id: UUID
    channel: str

    @classmethod
    def of(cls, reminder: Reminder) -> Self:
        return cls(reminder.rule, reminder.subject_id, reminder.recipient_id, reminder.channel)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An occurrence of a subject."""

    subject_type: SubjectType
    key: Key
    at: datetime
    made_until: datetime

    def row(self) -> Reminder:
        return Reminder(
            rule=self.key.rule,
            subject_type=self.subject_type,
            subject_id=self.key.subject_id,
            recipient_id=self.key.recipient_id,
            channel=self.key.channel,
            occurrence=self.at,
        )


def of_meetings(meetings: MeetingQuerySet, now: datetime) -> Iterator[Wanted]:
    for meeting in meetings.planned().prefetch_related("officers"):
        officers = map(recipient, meeting.officers.all())
        yield from _of(
            SubjectType.MEETING,
            meeting.pk,
            rules.meeting_reminders(
                status=meeting.status, starts_at=meeting.starts_at, officers=officers, now=now
            ),
        )


def of_follow_ups(follow_ups: FollowUpQuerySet, now: datetime) -> Iterator[Wanted]:
    rows = list(
        follow_ups.pending()
        .select_related("owner")
        .prefetch_related("organisation_links__organisation__home_district")
    )
    supervisors = _Supervisors()
    for follow_up in rows:
        homes = [link.organisation.home_district for link in follow_up.organisation_links.all()]
        yield from _of(
            SubjectType.FOLLOW_UP,
            follow_up.pk,
            rules.follow_up_reminders(
                status=follow_up.status,
                written_at=follow_up.created_at,
                due_on=follow_up.due_on,
                owner=recipient(follow_up.owner),
                supervisors=supervisors.of(pk for home in homes for pk in home.lineage),
                now=now,
            ),
        )


def of_concerns(concerns: ConcernQuerySet, now: datetime) -> Iterator[Wanted]:
    for concern in concerns.select_related("district"):
        yield from _of(
            SubjectType.CONCERN,
            concern.pk,
            rules.concern_reminders(
                logged_at=concern.created_at, recipients=map(recipient, _told_of(concern)), now=now
            ),
        )


def of_reliefs(reliefs: Iterable[Relief], now: datetime) -> Iterator[Wanted]:
    for relief in reliefs:
        lineages = [relief.district.lineage, *relief.officer.districts.values_list("lineage", flat=True)]
        supervisors = _Supervisors().of(pk for lineage in lineages for pk in lineage)
        yield from _of(
            SubjectType.RELIEF,
            relief.pk,
            rules.relief_reminders(opened_at=relief.starts_at, supervisors=supervisors, now=now),
        )


def of_portfolios(user_ids: Iterable[UUID] | None, now: datetime) -> Iterator[Wanted]:
    """Digests of these users, or of everybody who leads or deputises an organisation past its cadence."""
    meet_by = _earliest_meet_by(user_ids, city_day(now + rules.AHEAD))
    for user in User.objects.active().filter(pk__in=meet_by):
        yield from _of(
            SubjectType.PORTFOLIO,
            user.pk,
            rules.digest_reminders(recipient=recipient(user), meet_by=meet_by[user.pk], now=now),
        )


def recipient(user: User) -> rules.Recipient:
    return rules.Recipient(
        user.pk, frozenset(user.reminder_channels), ZoneInfo(user.time_zone), user.is_active
    )


def _of(kind: SubjectType, subject_id: UUID, occurrences: Iterable[rules.Occurrence]) -> Iterator[Wanted]:
    for one in occurrences:
        key = Key(one.rule, subject_id, one.recipient_id, one.channel)
        yield Wanted(kind, key, one.at, one.made_until)


class _Supervisors:
    """Active supervisors by their own districts, read once when the first promise asks."""

    def __init__(self) -> None:
        self._by_district: Mapping[UUID, list[User]] | None = None

    def of(self, lineage: Iterable[UUID]) -> Iterable[rules.Recipient]:
        """Those responsible for any of these districts."""
        if self._by_district is None:
            self._by_district = self._read()
        found = {user.pk: user for pk in lineage for user in self._by_district.get(pk, [])}
        return map(recipient, found.values())

    def _read(self) -> Mapping[UUID, list[User]]:
        by_district: dict[UUID, list[User]] = defaultdict(list)
        users = User.objects.active().with_role(Role.SUPERVISOR).prefetch_related("districts")
        for user in users:
            for district in user.districts.all():
                by_district[district.pk].append(user)
        return by_district


def _told_of(concern: Concern) -> Iterable[User]:
    """Supervisors of its district, and lead and deputy of the organisations it touches, if they see it."""
    touched = Organisation.objects.active().filter(
        is_touched_by(concern) | Q(pk=concern.raised_by_organisation_id)
    )
    leading = chain.from_iterable(touched.values_list("lead_officer", "deputy_officer"))
    here: UserQuerySet = User.objects.active().covering(concern.district)
    return here.filter(Q(role=Role.SUPERVISOR) | Q(role=Role.OFFICER, pk__in=set(leading) - {None}))


def _earliest_meet_by(user_ids: Iterable[UUID] | None, before: date) -> dict[UUID, date]:
    """The first `meet_by` among the organisations each user leads or deputises."""
    earliest: dict[UUID, date] = {}
    for field in ("lead_officer", "deputy_officer"):
        rows = Organisation.objects.past_their_cadence(before).exclude(**{field: None})
        if user_ids is not None:
            rows = rows.filter(**{f"{field}__in": list(user_ids)})
        for user_id, meet_by in rows.values_list(field).annotate(Min("meet_by")).order_by():
            earliest[user_id] = min(meet_by, earliest.get(user_id, meet_by))
    return earliest
