"""Preparation for a meeting: facts of the last meetings, pending follow-ups, and contacts to greet."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from contacts.models import Affiliation, Organisation
from meetings.models import FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation
from meetings.queries.today import seen_links

OWED: Final = 10  # follow-ups for each organisation
FACTS: Final = 3
PEOPLE: Final = 16


@dataclass(frozen=True, slots=True)
class OrganisationPreparation:
    """Preparation for one organisation.

    `facts` are meetings with `officer_names`, latest first. `owed` are follow-ups `with_homes`, by due date.
    """

    organisation: Organisation
    facts: Sequence[Meeting]
    owed: Sequence[FollowUp]
    to_greet: Sequence[Affiliation]

    @property
    def rows(self) -> Iterator[Any]:
        """All rows shown beside the organisation itself."""
        yield from self.facts
        yield from follow_ups_with_organisations(self.owed)
        yield from (role.contact for role in self.to_greet)


@dataclass(frozen=True, slots=True)
class MeetingPreparation:
    """Preparation for a meeting. `organisations` are the invited ones that the reader sees."""

    meeting: Meeting
    organisations: Sequence[Organisation]
    facts: Sequence[Meeting]
    owed: Sequence[FollowUp]

    @property
    def rows(self) -> Iterator[Any]:
        """All rows shown, for the activity log."""
        yield from (self.meeting, *self.organisations, *self.facts)
        yield from follow_ups_with_organisations(self.owed)

    @property
    def minutes(self) -> int:
        """Minutes until the meeting starts; 0 after its start."""
        return max(0, ceil((self.meeting.starts_at - timezone.now()) / timedelta(minutes=1)))


def meeting_preparation(
    actor: Actor, meeting: Meeting, organisations: Sequence[Organisation]
) -> MeetingPreparation:
    """Read the preparation for a meeting. Three statements."""
    return MeetingPreparation(
        meeting,
        organisations,
        latest_meetings_with_facts(actor, organisations),
        follow_ups_owed_to(actor, organisations),
    )


def contacts_to_greet(organisations: Collection[Organisation]) -> list[Affiliation]:
    """The main contact of each organisation, else the first by name.

    Each reader of an organisation sees its contacts.
    """
    rows = Affiliation.objects.current().to_contact().filter(organisation__in=organisations)
    greeted = rows.order_by("organisation", "-is_primary", "contact__folded", "pk").distinct("organisation")
    return list(greeted.select_related("contact", "organisation"))


def organisation_preparation(
    actor: Actor, organisation: Organisation, facts: int = FACTS
) -> OrganisationPreparation:
    """Read the preparation for an organisation that the actor sees. Four statements."""
    return OrganisationPreparation(
        organisation,
        latest_meetings_with_facts(actor, [organisation], facts),
        follow_ups_owed_to(actor, [organisation]),
        list(Affiliation.objects.spokespeople_of(organisation)[:PEOPLE]),
    )


def follow_ups_owed_to(actor: Actor, organisations: Collection[Organisation]) -> list[FollowUp]:
    """Pending follow-ups for any of the organisations, with `seen_links`, by due date. Two statements."""
    links = FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"), organisation__in=organisations)
    rows = FollowUp.objects.visible_to(actor).pending().filter(Exists(links)).with_homes()
    rows = rows.select_related("owner").prefetch_related(seen_links(FollowUpOrganisation, actor))
    return list(rows.order_by("due_on", "pk")[: OWED * len(organisations)]) if organisations else []


def follow_ups_with_organisations(follow_ups: Iterable[FollowUp]) -> Iterator[Any]:
    """Follow-ups and the organisations they are for, for the activity log."""
    for follow_up in follow_ups:
        yield follow_up
        yield from (link.organisation for link in follow_up.seen_links)  # type: ignore[attr-defined]  # prefetched under this name


def latest_meetings_with_facts(
    actor: Actor, organisations: Collection[Organisation], limit: int = FACTS
) -> list[Meeting]:
    """The last held meetings with any of the organisations that have facts, with `officer_names`."""
    attended = MeetingOrganisation.objects.filter(
        meeting=OuterRef("pk"), organisation__in=organisations, present=True
    )
    names = User.objects.filter(meetings=OuterRef("pk")).order_by("name", "pk").values("name")
    rows = Meeting.objects.visible_to(actor).held().exclude(facts="").filter(Exists(attended))
    return list(rows.annotate(officer_names=ArraySubquery(names)).order_by("-starts_at", "pk")[:limit])
