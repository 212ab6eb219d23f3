"""Search of organisations, contacts, meetings, follow-ups and concerns by one text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from contacts.queries.search import find_both
from lib.matching import matching
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.queries.today import seen_links

SHOWN = 10  # of each


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Search results that the actor sees, best first in each group. Follow-ups have `seen_links`."""

    organisations: list[Organisation]
    contacts: list[Contact]
    meetings: list[Meeting]
    follow_ups: list[FollowUp]
    concerns: list[Concern]
    more: frozenset[str]  # names of groups with more results than listed

    def __len__(self) -> int:
        return sum(1 for _id in self.ids())

    def ids(self) -> Iterator[UUID]:
        for rows in (self.organisations, self.contacts, self.meetings, self.follow_ups, self.concerns):
            yield from (row.pk for row in rows)

    def shown_ids(self) -> Iterator[UUID]:
        """IDs of results and of the organisations that they name, for the activity log."""
        yield from self.ids()
        for concern in self.concerns:
            if concern.sees_site_organisation and concern.site_organisation_id:  # type: ignore[attr-defined]  # annotated by `with_site`
                yield concern.site_organisation_id
        yield from (link.organisation_id for link in self._follow_up_links())

    def district_ids(self) -> set[UUID]:
        return {
            *(organisation.home_district_id for organisation in self.organisations),
            *(contact.home_district_id for contact in self.contacts),
            *(meeting.district_id for meeting in self.meetings),
            *(concern.district_id for concern in self.concerns),
            *(link.organisation.home_district_id for link in self._follow_up_links()),
        }

    def _follow_up_links(self) -> Iterator[FollowUpOrganisation]:
        for follow_up in self.follow_ups:
            yield from follow_up.seen_links  # type: ignore[attr-defined]  # prefetched


def search_everything(actor: Actor, q: str, limit: int = SHOWN) -> SearchResults:
    """Search by words, a number or an address: one query for each group, and one for links."""
    meetings = Meeting.objects.visible_to(actor).select_related("district")
    follow_ups = FollowUp.objects.visible_to(actor).select_related("owner")
    follow_ups = follow_ups.prefetch_related(seen_links(FollowUpOrganisation, actor))
    concerns = Concern.objects.visible_to(actor).with_site(actor)
    organisations, contacts = find_both(actor, q, limit + 1)
    groups: dict[str, list[Any]] = {
        "organisations": organisations,
        "contacts": contacts,
        "meetings": list(meetings.matching(q)[: limit + 1]),
        "follow_ups": list(matching(follow_ups, q)[: limit + 1]),
        "concerns": list(matching(concerns, q)[: limit + 1]),
    }
    longer_groups = frozenset(name for name, rows in groups.items() if len(rows) > limit)
    return SearchResults(**{name: rows[:limit] for name, rows in groups.items()}, more=longer_groups)
