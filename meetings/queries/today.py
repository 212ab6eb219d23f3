"""What a reader should do today: what is late, promised, whom to meet and what comes next.

Every list is short and served by an index that names it, so that the page costs the same on
100,000 organisations.
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
from lib.id_in import as_array, id_in
from lib.prepared import Placeholder, PlaceholderDay, PlaceholderMoment
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation
from meetings.queries.organisations_to_meet import split, whom_to_meet

ROWS: Final = 10
FEW: Final = 5
COMING_DAYS: Final = 7
UNSETTLED_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Today:
    """Each list holds at most ROWS rows (`not_met_yet` FEW); `more` names those that are longer."""

    concerns: Sequence[Concern]
    late: Sequence[FollowUp]
    due: Sequence[FollowUp]
    later: Sequence[FollowUp]  # in the days that `coming` has meetings of
    unsettled: Sequence[Meeting]  # planned for before now: did they take place?
    meetings: Sequence[Meeting]  # still to come today
    coming: Sequence[Meeting]
    due_a_meeting: Sequence[Organisation]
    not_met_yet: Sequence[Organisation]  # and not due
    more: frozenset[str]

    @property
    def rows(self) -> Iterator[Any]:
        """Everything that is shown, and whom it names."""
        for promise in chain(self.late, self.due, self.later):
            yield promise
            if promise.contact:
                yield promise.contact
        for row in chain(self.late, self.due, self.later, self.unsettled, self.meetings, self.coming):
            yield from (link.organisation for link in row.seen_links)  # type: ignore[attr-defined]  # prefetched under this name
        for concern in self.concerns:
            if concern.sees_site_organisation:  # type: ignore[attr-defined]  # annotated by with_site
                yield concern.site_organisation
        for found in (self.concerns, self.unsettled, self.meetings, self.coming):
            yield from found
        yield from chain(self.due_a_meeting, self.not_met_yet)

    @property
    def week(self) -> Sequence[tuple[date, int]]:
        """Each of the next days with the number of its meetings and promises."""
        days = Counter(timezone.localtime(meeting.starts_at).date() for meeting in self.coming)
        days.update(promise.due_on for promise in self.later)
        first = timezone.localdate()
        return [(day, days[day]) for day in (first + timedelta(days=n) for n in range(1, COMING_DAYS + 1))]

    @property
    def promised_count(self) -> int:
        return len(self.due) + len(self.meetings)

    @property
    def asks_nothing(self) -> bool:
        asking = (self.concerns, self.late, self.due, self.unsettled, self.meetings)
        return not any((*asking, self.due_a_meeting, self.not_met_yet))


def today_of(actor: Actor, *, mine: bool) -> Today:
    """The actor's own day, or with `mine=False` that of the districts it covers."""
    now, today = timezone.now(), city_today()
    late, due, later = _promises(actor, mine, today)
    planned = _planned(actor, mine, now)
    to_meet = split(_TO_MEET.fetch(actor, mine, today=today), today)
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
    most = dict.fromkeys(lists, ROWS) | {"not_met_yet": FEW}
    more = frozenset(name for name, rows in lists.items() if len(rows) > most[name])
    return Today(**{name: rows[: most[name]] for name, rows in lists.items()}, more=more)


def seen_links(model: type[Any], actor: Actor) -> "Prefetch[str]":
    """Prefetch `row.seen_links`: links to organisations the actor sees; hidden ones are left out."""
    return Prefetch("organisation_links", _links(model, actor), to_attr="seen_links")


def _links(model: type[Any], actor: Actor) -> QuerySet[Any]:
    links: QuerySet[Any] = model.objects.filter(organisation__in=Organisation.objects.visible_to(actor))
    return links.select_related("organisation").order_by("organisation__folded", "pk")


def _add_links(rows: Sequence[Any], links: Prepared, actor: Actor, of: str) -> None:
    """Set `row.seen_links` as `seen_links` does, with a statement that is built once."""
    seen: defaultdict[UUID, list[Any]] = defaultdict(list)
    if rows:
        for link in links.fetch(actor, ids_array=as_array(row.pk for row in rows)):
            seen[getattr(link, of)].append(link)
    for row in rows:
        row.seen_links = seen[row.pk]


def _add_contacts(promises: Sequence[FollowUp], actor: Actor) -> None:
    """Set `promise.contact`: None if the actor does not see the contact."""
    ids = {promise.contact_id for promise in promises if promise.contact_id}
    found = _CONTACTS.fetch(actor, ids_array=as_array(ids)) if ids else []
    seen = {contact.pk: contact for contact in found}
    for promise in promises:
        FollowUp.contact.field.set_cached_value(promise, seen.get(promise.contact_id))


def _promises(actor: Actor, mine: bool, today: date) -> tuple[list[FollowUp], ...]:
    """Those that are late, due today, and due in the next days: one statement."""
    found = _PROMISES.fetch(actor, mine, today=today, soon=today + timedelta(days=COMING_DAYS))
    _add_links(found, _LINKS_OF_PROMISES, actor, "follow_up_id")
    _add_contacts(found, actor)
    return (
        [promise for promise in found if promise.due_on < today],
        [promise for promise in found if promise.due_on == today],
        [promise for promise in found if promise.due_on > today],
    )


def _promised(actor: Actor, mine: bool) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.own(actor) if mine else FollowUp.objects.visible_to(actor)
    late = rows.overdue(_TODAY).order_by("due_on", "pk")
    due = rows.due_on_day(_TODAY).order_by("pk")
    later = rows.due_later(_TODAY, _SOON).order_by("due_on", "pk")
    shown = (each.values("pk")[: ROWS + 1] for each in (late, due, later))
    return FollowUp.objects.filter(pk__in=_all_of(*shown)).with_homes().order_by("due_on", "pk")


def _planned(actor: Actor, mine: bool, now: datetime) -> list[Meeting]:
    """Planned meetings of the last weeks and the next days; those that are past, latest first."""
    until = _midnight(timezone.localdate(now) + timedelta(days=COMING_DAYS + 1))
    since = now - timedelta(days=UNSETTLED_DAYS)
    found: list[Meeting] = _PLANNED.fetch(actor, mine, since=since, now=now, until=until)
    found.sort(key=lambda meeting: abs(meeting.starts_at - now))
    _add_links(found, _LINKS_OF_MEETINGS, actor, "meeting_id")
    return found


def _near(actor: Actor, mine: bool) -> QuerySet[Meeting]:
    rows = Meeting.objects.visible_to(actor)
    between = partial(rows.next_of, actor.id) if mine else rows.near
    past = between(_SINCE, _NOW, ROWS + 1, latest_first=True)
    ahead = between(_NOW, _UNTIL, 2 * ROWS + 1)
    shown = past.values("pk"), ahead.values("pk")
    return Meeting.objects.filter(pk__in=_all_of(*shown)).order_by("pk")


def _to_meet(actor: Actor, mine: bool) -> QuerySet[Organisation]:
    rows = Organisation.objects.at_home_with(actor)
    if mine:
        rows = rows.of_officer(actor.id)
    return whom_to_meet(rows, _TODAY, due=ROWS + 1, not_met_yet=FEW + 1)


def _unanswered(actor: Actor) -> QuerySet[Concern]:
    rows = Concern.objects.visible_to(actor).unanswered().with_site(actor)
    return rows.order_by("received_at", "pk")[: ROWS + 1]


def _links_of_promises(actor: Actor) -> QuerySet[FollowUpOrganisation]:
    return _links(FollowUpOrganisation, actor).filter(id_in("follow_up", [_IDS]))


def _links_of_meetings(actor: Actor) -> QuerySet[MeetingOrganisation]:
    return _links(MeetingOrganisation, actor).filter(id_in("meeting", [_IDS]))


def _contacts(actor: Actor) -> QuerySet[Contact]:
    return Contact.objects.visible_to(actor).filter(id_in("pk", [_IDS]))


def _all_of(first: QuerySet[Any], *others: QuerySet[Any]) -> Any:
    return first.union(*others, all=True)


_IDS: Final = Placeholder("ids")
_TODAY: Final = PlaceholderDay("today")
_SOON: Final = PlaceholderDay("soon")
_SINCE, _NOW, _UNTIL = PlaceholderMoment("since"), PlaceholderMoment("now"), PlaceholderMoment("until")
_PROMISES: Final = Prepared(_promised)
_PLANNED: Final = Prepared(_near)
_CONCERNS: Final = Prepared(_unanswered)
_LINKS_OF_PROMISES: Final = Prepared(_links_of_promises)
_LINKS_OF_MEETINGS: Final = Prepared(_links_of_meetings)
_CONTACTS: Final = Prepared(_contacts)
_TO_MEET: Final = Prepared(_to_meet)


def _midnight(day: date) -> datetime:
    """When a day of the reader starts."""
    return timezone.make_aware(datetime.combine(day, time.min))
