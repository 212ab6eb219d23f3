"""One box for everything an officer looks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from contacts.search import find_contacts, find_organisations
from lib.matching import matching
from meetings.models import FollowUp, Meeting

SHOWN = 10  # of each


@dataclass(frozen=True, slots=True)
class Found:
    """What the actor sees of what was looked for, best first in each group."""

    organisations: list[Organisation]
    contacts: list[Contact]
    meetings: list[Meeting]
    follow_ups: list[FollowUp]

    def __len__(self) -> int:
        return sum(1 for _id in self.ids())

    def ids(self) -> Iterator[UUID]:
        for rows in (self.organisations, self.contacts, self.meetings, self.follow_ups):
            yield from (row.pk for row in rows)

    def district_ids(self) -> set[UUID]:
        return {
            *(organisation.home_district_id for organisation in self.organisations),
            *(contact.home_district_id for contact in self.contacts),
            *(meeting.district_id for meeting in self.meetings),
        }


def search_everything(actor: Actor, q: str, limit: int = SHOWN) -> Found:
    """Organisations, people, meetings and promises by words, a number or an address: four queries."""
    meetings = Meeting.objects.visible_to(actor).select_related("district")
    follow_ups = FollowUp.objects.visible_to(actor).select_related("owner")
    return Found(
        find_organisations(actor, q, limit),
        find_contacts(actor, q, limit),
        list(matching(meetings, q)[:limit]),
        list(matching(follow_ups, q)[:limit]),
    )
