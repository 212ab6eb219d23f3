"""An officer's portfolio as a supervisor hands it over, and the brief on each organisation in it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User, UserQuerySet
from accounts.rules import WRITES
from contacts.codes import OrganisationStatus
from contacts.models import Affiliation, Organisation
from districts.models import District
from lib.id_in import id_in
from meetings.codes import MeetingStatus
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation

MEETINGS: Final = 5
Part = Literal["lead", "deputy", "owner", "officer"]


# --- Whose portfolio --------------------------------------------------------------------------------------


def colleagues(actor: Actor) -> UserQuerySet:
    """Those who have something in the districts the actor covers: how much of each is counted."""
    one = OuterRef("pk")
    counted = {
        "leads": _count(_led(actor).filter(lead_officer=one), "lead_officer"),
        "deputises": _count(_led(actor).filter(deputy_officer=one), "deputy_officer"),
        "owes": _count(_owed(actor, one), "owner"),
    }
    here: UserQuerySet = User.objects.visible_to(actor).annotate(
        **counted, plans=Exists(_planned(actor, one))
    )
    return here.filter(Q(leads__gt=0) | Q(deputises__gt=0) | Q(owes__gt=0) | Q(plans=True))


def left_behind(actor: Actor) -> int:
    """How many organisations in the districts covered are led by people who have left."""
    return int(_led(actor).filter(lead_officer__is_active=False).count())


def _count(rows: Any, of: str) -> Coalesce:
    counted = rows.order_by().values(of).annotate(counted=Count("pk")).values("counted")
    return Coalesce(Subquery(counted), 0)


def _led(actor: Actor) -> Any:
    """Organisations the actor may give to another lead: at home in the districts covered, not closed."""
    rows = Organisation.objects.filter(id_in("home_district", actor.district_ids))
    return rows.exclude(status=OrganisationStatus.CLOSED)


def _owed(actor: Actor, owner: Any) -> Any:
    """Open promises of `owner` to an organisation at home in the districts covered."""
    to_ours = FollowUpOrganisation.objects.filter(
        id_in("organisation__home_district", actor.district_ids), follow_up_id=OuterRef("pk")
    )
    return FollowUp.objects.pending().filter(Exists(to_ours), owner=owner)


def _planned(actor: Actor, officer: Any) -> Any:
    """Meetings in the districts covered that `officer` is still to hold."""
    taking_part = Meeting.officers.through.objects.filter(meeting_id=OuterRef("pk"), user_id=officer)
    rows = Meeting.objects.planned().filter(id_in("district", actor.district_ids))
    return rows.filter(Exists(taking_part), starts_at__gte=timezone.now())


# --- What moves to whom -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What an officer has in the districts of the actor who looks: what a handover moves, and only that."""

    officer: User
    organisations: Sequence[Organisation]
    follow_ups: Sequence[FollowUp]
    meetings: Sequence[Meeting]

    @property
    def fingerprint(self) -> str:
        """Another one when any object, or its version, is another: what was previewed is what moves."""
        rows: list[Any] = [*self.organisations, *self.follow_ups, *self.meetings]
        said = ",".join(f"{row.pk}:{row.version}" for row in rows)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @property
    def ids(self) -> list[UUID]:
        """Of all rows a page of it shows."""
        promised: list[Any] = [*self.follow_ups, *self.meetings]
        linked = (link.organisation_id for row in promised for link in row.seen_links)
        return list(dict.fromkeys((*(row.pk for row in (*self.organisations, *promised)), *linked)))

    @property
    def district_ids(self) -> set[UUID]:
        """Where those who take over work: homes of its organisations and promises, places of its meetings."""
        homes = {row.home_district_id for row in self.organisations}
        promised = {link.organisation.home_district_id for row in self.follow_ups for link in row.seen_links}  # type: ignore[attr-defined]  # prefetched under this name
        return homes | promised | {meeting.district_id for meeting in self.meetings}


@dataclass(frozen=True, slots=True)
class Move:
    """One object that goes to `to`. `part`: what the officer was there; `alone`: nobody is deputy then."""

    row: Organisation | FollowUp | Meeting
    part: Part
    to: User
    alone: bool = False


def portfolio_of(actor: Actor, officer: User) -> Portfolio:
    """In a fixed order, in five statements."""
    organisations = (
        _led(actor).of_officer(officer.pk).select_related("home_district").order_by("folded", "pk")
    )
    follow_ups = _owed(actor, officer.pk).prefetch_related(_seen_links(FollowUpOrganisation, actor))
    meetings = _planned(actor, officer.pk).prefetch_related(_seen_links(MeetingOrganisation, actor))
    return Portfolio(
        officer,
        list(organisations),
        list(follow_ups.order_by("due_on", "pk")),
        list(meetings.order_by("starts_at", "pk")),
    )


def _seen_links(model: Any, actor: Actor) -> "Prefetch[str]":
    """Links to organisations the actor sees, as `row.seen_links`."""
    links = model.objects.filter(organisation__in=Organisation.objects.visible_to(actor))
    links = links.select_related("organisation").order_by("organisation__folded", "pk")
    return Prefetch("organisation_links", links, to_attr="seen_links")


def successors(actor: Actor, portfolio: Portfolio) -> UserQuerySet:
    """Who may take over: people who write and cover some of its ground, by name, with `own_ids`."""
    lineages = District.objects.filter(pk__in=portfolio.district_ids).values_list("lineage", flat=True)
    ground = {pk for lineage in lineages for pk in lineage}
    through = User.districts.through.objects
    working: UserQuerySet = User.objects.visible_to(actor).active().with_role(*WRITES)
    own = through.filter(user_id=OuterRef("pk"))
    return (
        working.filter(Exists(own.filter(district_id__in=ground)))
        .exclude(pk=portfolio.officer.pk)
        .annotate(own_ids=ArraySubquery(own.values("district_id")))
        .in_order()
    )


def plan(portfolio: Portfolio, to: User, others: Mapping[UUID, User]) -> list[Move]:
    """Everything to `to`, but organisations to whom `others` says, with their promises and meetings."""
    moves = [
        _of_organisation(row, portfolio.officer, others.get(row.pk, to)) for row in portfolio.organisations
    ]
    by_organisation = {move.row.pk: move.to for move in moves}
    with_links: list[tuple[Part, Any]] = [
        *(("owner", row) for row in portfolio.follow_ups),
        *(("officer", row) for row in portfolio.meetings),
    ]
    for part, row in with_links:
        known = (by_organisation.get(link.organisation_id) for link in row.seen_links)
        moves.append(Move(row, part, next(filter(None, known), to)))
    return moves


def _of_organisation(row: Organisation, officer: User, to: User) -> Move:
    """A deputy who becomes the lead leaves no deputy behind; the lead who takes over stays the lead."""
    if row.lead_officer_id == officer.pk:
        return Move(row, "lead", to, alone=row.deputy_officer_id == to.pk)
    return Move(row, "deputy", to, alone=row.lead_officer_id == to.pk)


# --- The brief --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Brief:
    """What a colleague should know of an organisation, as far as the actor sees it."""

    organisation: Organisation
    people: list[Affiliation] = field(default_factory=list)
    promises: list[FollowUp] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        rows = (self.organisation, *self.promises, *self.concerns, *self.meetings)
        return [*(row.pk for row in rows), *(one.contact_id for one in self.people)]


def briefs_of(actor: Actor, organisation_ids: Iterable[UUID]) -> list[Brief]:
    """Of those the actor sees, by name; eight statements, however many there are."""
    seen = Organisation.objects.visible_to(actor).filter(pk__in=list(organisation_ids)).for_its_page()
    briefs = {row.pk: Brief(row) for row in seen.order_by("folded", "pk")}
    for person in _people(briefs):
        briefs[person.organisation_id].people.append(person)
    made = FollowUpOrganisation.objects.filter(organisation__in=briefs)
    promises = FollowUp.objects.visible_to(actor).pending().filter(pk__in=made.values("follow_up"))
    by_id = {row.pk: row for row in promises.select_related("owner")}
    for link in made.filter(follow_up__in=by_id).order_by("follow_up__due_on", "follow_up"):
        briefs[link.organisation_id].promises.append(by_id[link.follow_up_id])
    about = Q(site_organisation__in=briefs) | Q(raised_by_organisation__in=briefs)
    concerns = Concern.objects.visible_to(actor).filter(about, closed_at=None)
    for concern in concerns.order_by("received_at", "pk"):
        for pk in {concern.site_organisation_id, concern.raised_by_organisation_id}:
            if pk in briefs:
                briefs[pk].concerns.append(concern)
    _add_meetings(actor, briefs)
    return list(briefs.values())


def _people(briefs: Mapping[UUID, Brief]) -> Any:
    rows = Affiliation.objects.current().to_contact().filter(organisation__in=briefs)
    return rows.select_related("contact").order_by("-is_primary", "contact__folded", "pk")


def _add_meetings(actor: Actor, briefs: Mapping[UUID, Brief]) -> None:
    """The last held ones each was present at."""
    there = MeetingOrganisation.objects.filter(
        organisation__in=briefs, present=True, meeting__status=MeetingStatus.HELD
    ).filter(meeting__in=Meeting.objects.visible_to(actor))
    newest = Window(
        RowNumber(),
        partition_by=F("organisation"),
        order_by=[F("meeting__starts_at").desc(), F("meeting").desc()],
    )
    links = list(
        there.annotate(nr=newest)
        .filter(nr__lte=MEETINGS)
        .values_list("organisation", "meeting")
        .order_by("nr")
    )
    names = User.objects.filter(meetings=OuterRef("pk")).order_by("name", "pk").values("name")
    rows = Meeting.objects.annotate(officer_names=ArraySubquery(names)).in_bulk({pk for _o, pk in links})
    for organisation_id, meeting_id in links:
        briefs[organisation_id].meetings.append(rows[meeting_id])
