"""One box for everything an officer looks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from contacts.queries.search import find_contacts, find_organisations
from lib.matching import matching
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.queries.today import seen_links

SHOWN = 10  # of each


@dataclass(frozen=True, slots=True)
class Found:
    """What the actor sees of what was looked for, best first in each group; promises with `seen_links`."""

    organisations: list[Organisation]
    contacts: list[Contact]
    meetings: list[Meeting]
    follow_ups: list[FollowUp]
    concerns: list[Concern]
    more: frozenset[str]  # groups of which more was found than stands here

    def __len__(self) -> int:
        return sum(1 for _id in self.ids())

    def ids(self) -> Iterator[UUID]:
        for rows in (self.organisations, self.contacts, self.meetings, self.follow_ups, self.concerns):
            yield from (row.pk for row in rows)

    def shown_ids(self) -> Iterator[UUID]:
        """What was found, and to whom promises were made: for the trail."""
        yield from self.ids()
        yield from (link.organisation_id for link in self._promised_to())

    def district_ids(self) -> set[UUID]:
        return {
            *(organisation.home_district_id for organisation in self.organisations),
            *(contact.home_district_id for contact in self.contacts),
            *(meeting.district_id for meeting in self.meetings),
            *(concern.district_id for concern in self.concerns),
            *(link.organisation.home_district_id for link in self._promised_to()),
        }

    def _promised_to(self) -> Iterator[FollowUpOrganisation]:
        for promise in self.follow_ups:
            yield from promise.seen_links  # type: ignore[attr-defined]  # prefetched


def search_everything(actor: Actor, q: str, limit: int = SHOWN) -> Found:
    """Whatever is like these words, this number or address: a query for each group, and one for links."""
    meetings = Meeting.objects.visible_to(actor).select_related("district")
    follow_ups = FollowUp.objects.visible_to(actor).select_related("owner")
    follow_ups = follow_ups.prefetch_related(seen_links(FollowUpOrganisation, actor))
    concerns = Concern.objects.visible_to(actor).select_related("district")
    groups: dict[str, list[Any]] = {
        "organisations": find_organisations(actor, q, limit + 1),
        "contacts": find_contacts(actor, q, limit + 1),
        "meetings": list(meetings.matching(q)[: limit + 1]),
        "follow_ups": list(matching(follow_ups, q)[: limit + 1]),
        "concerns": list(matching(concerns, q)[: limit + 1]),
    }
    more = frozenset(name for name, rows in groups.items() if len(rows) > limit)
    return Found(**{name: rows[:limit] for name, rows in groups.items()}, more=more)
