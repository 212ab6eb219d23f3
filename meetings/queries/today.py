"""Work of a reader's day: concerns, follow-ups, meetings, and organisations to meet.

Each list is short and served by an index, so that the page costs the same with 100,000 organisations.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.queries.prepared import Prepared
from contacts.models import Contact, Organisation
from lib.days import city_today
from lib.id_lists import as_array, id_in
from lib.prepared import Placeholder, PlaceholderDay, PlaceholderMoment
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation
from meetings.queries.organisations_to_meet import organisations_to_meet, split_by_due

ROWS: Final = 10
FEW: Final = 5
WHOLE_DAY: Final = ("due", "meetings", "later", "coming")  # today, and the days of the week ahead
COMING_DAYS: Final = 7
UNSETTLED_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Today:
    """Lists of at most FEW rows (WHOLE_DAY: ROWS). `more` names the lists that are longer."""

    concerns: Sequence[Concern]
    late: Sequence[FollowUp]
    due: Sequence[FollowUp]
    later: Sequence[FollowUp]  # due in the days of `coming`
    unsettled: Sequence[Meeting]  # planned and past: the reader records whether they took place
    meetings: Sequence[Meeting]  # still to come today
    coming: Sequence[Meeting]
    due_a_meeting: Sequence[Organisation]
    not_met_yet: Sequence[Organisation]  # and not due
    more: frozenset[str]

    @property
    def rows(self) -> Iterator[Any]:
        """All rows shown, with the contacts and organisations they name."""
        for follow_up in chain(self.late, self.due, self.later):
            yield follow_up
            if follow_up.contact:
                yield follow_up.contact
        for row in chain(self.late, self.due, self.later, self.unsettled, self.meetings, self.coming):
            yield from (link.organisation for link in row.seen_links)  # type: ignore[attr-defined]  # prefetched under this name
        for concern in self.concerns:
            if concern.sees_site_organisation:  # type: ignore[attr-defined]  # annotated by with_site
                yield concern.site_organisation
        yield from chain(self.concerns, self.unsettled, self.meetings, self.coming)
        yield from chain(self.due_a_meeting, self.not_met_yet)

    @property
    def week(self) -> Sequence[tuple[date, int]]:
        """Each of the next days with its number of meetings and follow-ups."""
        days = Counter(timezone.localtime(meeting.starts_at).date() for meeting in self.coming)
        days.update(follow_up.due_on for follow_up in self.later)
        today = timezone.localdate()
        return [(day, days[day]) for day in (today + timedelta(days=n) for n in range(1, COMING_DAYS + 1))]

    @property
    def promised_count(self) -> int:
        return len(self.due) + len(self.meetings)

    @property
    def asks_nothing(self) -> bool:
        lists = (self.concerns, self.late, self.due, self.unsettled, self.meetings)
        return not any((*lists, self.due_a_meeting, self.not_met_yet))


def today_of(actor: Actor, *, mine: bool) -> Today:
    """Read the actor's own day, or with `mine=False` that of the actor's districts."""
    now, today = timezone.now(), city_today()
    late, due, later = _follow_ups_by_due_day(actor, mine, today)
    planned = _fetch_planned_meetings(actor, mine, now)
    to_meet = split_by_due(_TO_MEET.fetch(actor, mine, today=today), today)
    tomorrow = _midnight(timezone.localdate(now) + timedelta(days=1))
    lists: dict[str, list[Any]] = {
        "concerns": _CONCERNS.fetch(actor),
        "late": late,
        "due": due,
        "later": later,
        "unsettled": [meeting for meeting in planned if meeting.starts_at < now],
        "meetings": [meeting for meeting in planned if now <= meeting.starts_at < tomorrow],
        "coming": [meeting for meeting in planned if tomorrow <= meeting.starts_at],
        "due_a_meeting": list(to_meet.due),
        "not_met_yet": list(to_meet.not_met_yet),
    }
    limits = dict.fromkeys(lists, FEW) | dict.fromkeys(WHOLE_DAY, ROWS)
    longer_lists = frozenset(name for name, rows in lists.items() if len(rows) > limits[name])
    return Today(**{name: rows[: limits[name]] for name, rows in lists.items()}, more=longer_lists)


def seen_links(model: type[Any], actor: Actor) -> "Prefetch[str]":
    """Prefetch `row.seen_links`: links to organisations the actor sees; hidden ones are left out."""
    return Prefetch("organisation_links", _visible_links(model, actor), to_attr="seen_links")


def _visible_links(model: type[Any], actor: Actor) -> QuerySet[Any]:
    links: QuerySet[Any] = model.objects.filter(organisation__in=Organisation.objects.visible_to(actor))
    return links.select_related("organisation").order_by("organisation__folded", "pk")


def _add_links(rows: Sequence[Any], links: Prepared, actor: Actor, row_column: str) -> None:
    """Set `row.seen_links` as `seen_links` does, with a statement that is built once."""
    links_by_row: defaultdict[UUID, list[Any]] = defaultdict(list)
    if rows:
        for link in links.fetch(actor, ids_array=as_array(row.pk for row in rows)):
            links_by_row[getattr(link, row_column)].append(link)
    for row in rows:
        row.seen_links = links_by_row[row.pk]


def _add_contacts(follow_ups: Sequence[FollowUp], actor: Actor) -> None:
    """Set `follow_up.contact`: None if the actor does not see the contact."""
    ids = {follow_up.contact_id for follow_up in follow_ups if follow_up.contact_id}
    visible_contacts = _CONTACTS.fetch(actor, ids_array=as_array(ids)) if ids else []
    contacts_by_id = {contact.pk: contact for contact in visible_contacts}
    for follow_up in follow_ups:
        FollowUp.contact.field.set_cached_value(follow_up, contacts_by_id.get(follow_up.contact_id))


def _follow_ups_by_due_day(actor: Actor, mine: bool, today: date) -> tuple[list[FollowUp], ...]:
    """Follow-ups that are late, due today, and due in the next days. One statement."""
    follow_ups = _FOLLOW_UPS.fetch(actor, mine, today=today, soon=today + timedelta(days=COMING_DAYS))
    _add_links(follow_ups, _LINKS_OF_FOLLOW_UPS, actor, "follow_up_id")
    _add_contacts(follow_ups, actor)
    return (
        [follow_up for follow_up in follow_ups if follow_up.due_on < today],
        [follow_up for follow_up in follow_ups if follow_up.due_on == today],
        [follow_up for follow_up in follow_ups if follow_up.due_on > today],
    )


def _pending_follow_ups(actor: Actor, mine: bool) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.owned_by(actor) if mine else FollowUp.objects.visible_to(actor)
    late = rows.overdue(_TODAY).order_by("due_on", "pk")
    due = rows.due_on_day(_TODAY).order_by("pk")
    later = rows.due_later(_TODAY, _SOON).order_by("due_on", "pk")
    id_lists = (each.values("pk")[: ROWS + 1] for each in (late, due, later))
    return FollowUp.objects.filter(pk__in=_union(*id_lists)).with_homes().order_by("due_on", "pk")


def _fetch_planned_meetings(actor: Actor, mine: bool, now: datetime) -> list[Meeting]:
    """Planned meetings of the last weeks and the next days, nearest to now first."""
    until = _midnight(timezone.localdate(now) + timedelta(days=COMING_DAYS + 1))
    since = now - timedelta(days=UNSETTLED_DAYS)
    meetings: list[Meeting] = _PLANNED_MEETINGS.fetch(actor, mine, since=since, now=now, until=until)
    meetings.sort(key=lambda meeting: abs(meeting.starts_at - now))
    _add_links(meetings, _LINKS_OF_MEETINGS, actor, "meeting_id")
    return meetings


def _planned_meetings_near(actor: Actor, mine: bool) -> QuerySet[Meeting]:
    rows = Meeting.objects.visible_to(actor)
    between = partial(rows.next_of, actor.id) if mine else rows.near
    past = between(_SINCE, _NOW, ROWS + 1, latest_first=True)
    ahead = between(_NOW, _UNTIL, 2 * ROWS + 1)
    id_lists = past.values("pk"), ahead.values("pk")
    return Meeting.objects.filter(pk__in=_union(*id_lists)).order_by("pk")


def _organisations_to_meet(actor: Actor, mine: bool) -> QuerySet[Organisation]:
    rows = Organisation.objects.at_home_with(actor)
    if mine:
        rows = rows.of_officer(actor.id)
    return organisations_to_meet(rows, _TODAY, due=ROWS + 1, not_met_yet=FEW + 1)


def _unanswered_concerns(actor: Actor) -> QuerySet[Concern]:
    rows = Concern.objects.visible_to(actor).to_answer().with_site(actor)
    return rows.order_by("received_at", "pk")[: ROWS + 1]


def _links_of_follow_ups(actor: Actor) -> QuerySet[FollowUpOrganisation]:
    return _visible_links(FollowUpOrganisation, actor).filter(id_in("follow_up", [_IDS]))


def _links_of_meetings(actor: Actor) -> QuerySet[MeetingOrganisation]:
    return _visible_links(MeetingOrganisation, actor).filter(id_in("meeting", [_IDS]))


def _visible_contacts(actor: Actor) -> QuerySet[Contact]:
    return Contact.objects.visible_to(actor).filter(id_in("pk", [_IDS]))


def _union(first_rows: QuerySet[Any], *others: QuerySet[Any]) -> Any:
    return first_rows.union(*others, all=True)


_IDS: Final = Placeholder("ids")
_TODAY: Final = PlaceholderDay("today")
_SOON: Final = PlaceholderDay("soon")
_SINCE, _NOW, _UNTIL = PlaceholderMoment("since"), PlaceholderMoment("now"), PlaceholderMoment("until")
_FOLLOW_UPS: Final = Prepared(_pending_follow_ups)
_PLANNED_MEETINGS: Final = Prepared(_planned_meetings_near)
_CONCERNS: Final = Prepared(_unanswered_concerns)
_LINKS_OF_FOLLOW_UPS: Final = Prepared(_links_of_follow_ups)
_LINKS_OF_MEETINGS: Final = Prepared(_links_of_meetings)
_CONTACTS: Final = Prepared(_visible_contacts)
_TO_MEET: Final = Prepared(_organisations_to_meet)


def _midnight(day: date) -> datetime:
    """Return the start of a day in the reader's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
