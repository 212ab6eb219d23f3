"""What an officer should know at the door: what was said last, what is owed, whom to greet."""

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
class Known:
    """`facts` are meetings with `officer_names`, latest first; `owed` follow-ups `with_homes`, due first."""

    organisation: Organisation
    facts: Sequence[Meeting]
    owed: Sequence[FollowUp]
    to_greet: Sequence[Affiliation]

    @property
    def rows(self) -> Iterator[Any]:
        """Everything that is shown beside the organisation itself."""
        yield from self.facts
        yield from rows_of(self.owed)
        yield from (role.contact for role in self.to_greet)


@dataclass(frozen=True, slots=True)
class Prep:
    """What to read before a meeting. `organisations` are those invited that the reader sees."""

    meeting: Meeting
    organisations: Sequence[Organisation]
    facts: Sequence[Meeting]
    owed: Sequence[FollowUp]

    @property
    def rows(self) -> Iterator[Any]:
        """Everything that is shown, for the activity log."""
        yield from (self.meeting, *self.organisations, *self.facts)
        yield from rows_of(self.owed)

    @property
    def minutes(self) -> int:
        """How many are left. 0 once it has begun."""
        return max(0, ceil((self.meeting.starts_at - timezone.now()) / timedelta(minutes=1)))


def prep_of(actor: Actor, meeting: Meeting, organisations: Sequence[Organisation]) -> Prep:
    """The card of a meeting: three statements."""
    return Prep(meeting, organisations, latest_facts(actor, organisations), owed_to(actor, organisations))


def to_greet(organisations: Collection[Organisation]) -> list[Affiliation]:
    """The main contact of each, or whoever comes first by name. Whoever sees an organisation sees them."""
    rows = Affiliation.objects.current().to_contact().filter(organisation__in=organisations)
    first = rows.order_by("organisation", "-is_primary", "contact__folded", "pk").distinct("organisation")
    return list(first.select_related("contact", "organisation"))


def known_of(actor: Actor, organisation: Organisation, facts: int = FACTS) -> Known:
    """What the actor sees of an organisation that they see: four statements."""
    return Known(
        organisation,
        latest_facts(actor, [organisation], facts),
        owed_to(actor, [organisation]),
        list(Affiliation.objects.spokespeople_of(organisation)[:PEOPLE]),
    )


def owed_to(actor: Actor, organisations: Collection[Organisation]) -> list[FollowUp]:
    """Open follow-ups promised to any of them, with `seen_links`, the most urgent first: two statements."""
    made = FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"), organisation__in=organisations)
    rows = FollowUp.objects.visible_to(actor).pending().filter(Exists(made)).with_homes()
    rows = rows.select_related("owner").prefetch_related(seen_links(FollowUpOrganisation, actor))
    return list(rows.order_by("due_on", "pk")[: OWED * len(organisations)]) if organisations else []


def rows_of(owed: Iterable[FollowUp]) -> Iterator[Any]:
    """Follow-ups and whom they were promised to, for the activity log."""
    for row in owed:
        yield row
        yield from (link.organisation for link in row.seen_links)  # type: ignore[attr-defined]  # prefetched under this name


def latest_facts(actor: Actor, organisations: Collection[Organisation], limit: int = FACTS) -> list[Meeting]:
    """The last meetings with any of them that left facts, with the names of the officers."""
    came = MeetingOrganisation.objects.filter(
        meeting=OuterRef("pk"), organisation__in=organisations, present=True
    )
    names = User.objects.filter(meetings=OuterRef("pk")).order_by("name", "pk").values("name")
    rows = Meeting.objects.visible_to(actor).held().exclude(facts="").filter(Exists(came))
    return list(rows.annotate(officer_names=ArraySubquery(names)).order_by("-starts_at", "pk")[:limit])
