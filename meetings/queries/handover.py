"""An officer's portfolio for a handover, and the brief on each of its organisations."""

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
from lib.id_lists import id_in
from meetings.codes import MeetingStatus
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation

MEETINGS: Final = 5
Part = Literal["lead", "deputy", "owner", "officer"]


# --- Officers ---------------------------------------------------------------------------------------------


def colleagues_with_portfolio(actor: Actor) -> UserQuerySet:
    """Colleagues with a portfolio in the actor's districts, with the number of each kind of object."""
    user_id = OuterRef("pk")
    counted = {
        "leads": _count_by(_led_organisations(actor).filter(lead_officer=user_id), "lead_officer"),
        "deputises": _count_by(_led_organisations(actor).filter(deputy_officer=user_id), "deputy_officer"),
        "owes": _count_by(_pending_follow_ups(actor, user_id), "owner"),
    }
    staff: UserQuerySet = User.objects.visible_to(actor).annotate(
        **counted, plans=Exists(_planned_meetings(actor, user_id))
    )
    return staff.filter(Q(leads__gt=0) | Q(deputises__gt=0) | Q(owes__gt=0) | Q(plans=True))


def count_led_by_departed(actor: Actor) -> int:
    """Count organisations in the actor's districts whose lead officer has left."""
    return int(_led_organisations(actor).filter(lead_officer__is_active=False).count())


def _count_by(rows: Any, column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(counted=Count("pk")).values("counted")
    return Coalesce(Subquery(counted), 0)


def _led_organisations(actor: Actor) -> Any:
    """Organisations based in the actor's districts that are not closed."""
    rows = Organisation.objects.filter(id_in("home_district", actor.district_ids))
    return rows.exclude(status=OrganisationStatus.CLOSED)


def _pending_follow_ups(actor: Actor, owner: Any) -> Any:
    """Pending follow-ups of `owner` for an organisation based in the actor's districts."""
    to_ours = FollowUpOrganisation.objects.filter(
        id_in("organisation__home_district", actor.district_ids), follow_up_id=OuterRef("pk")
    )
    return FollowUp.objects.pending().filter(Exists(to_ours), owner=owner)


def _planned_meetings(actor: Actor, officer: Any) -> Any:
    """Planned meetings of `officer` in the actor's districts that have not begun."""
    taking_part = Meeting.officers.through.objects.filter(meeting_id=OuterRef("pk"), user_id=officer)
    rows = Meeting.objects.planned().filter(id_in("district", actor.district_ids))
    return rows.filter(Exists(taking_part), starts_at__gte=timezone.now())


# --- Moves ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Objects of an officer in the actor's districts, which a handover moves."""

    officer: User
    organisations: Sequence[Organisation]
    follow_ups: Sequence[FollowUp]
    meetings: Sequence[Meeting]

    @property
    def fingerprint(self) -> str:
        """Digest of all IDs and versions. It shows whether the portfolio has changed since its preview."""
        rows: list[Any] = [*self.organisations, *self.follow_ups, *self.meetings]
        versions = ",".join(f"{row.pk}:{row.version}" for row in rows)
        return hashlib.sha256(versions.encode()).hexdigest()[:32]

    @property
    def ids(self) -> list[UUID]:
        """IDs of all rows that its page shows."""
        follow_ups_and_meetings: list[Any] = [*self.follow_ups, *self.meetings]
        linked = (link.organisation_id for row in follow_ups_and_meetings for link in row.seen_links)
        return list(
            dict.fromkeys((*(row.pk for row in (*self.organisations, *follow_ups_and_meetings)), *linked))
        )

    @property
    def district_ids(self) -> set[UUID]:
        """Home districts of its organisations and follow-ups, and districts of its meetings."""
        homes = {row.home_district_id for row in self.organisations}
        promised = {link.organisation.home_district_id for row in self.follow_ups for link in row.seen_links}  # type: ignore[attr-defined]  # prefetched under this name
        return homes | promised | {meeting.district_id for meeting in self.meetings}


@dataclass(frozen=True, slots=True)
class Move:
    """An object that goes to `to`. `part` is the officer's part in it; `alone` removes the deputy."""

    row: Organisation | FollowUp | Meeting
    part: Part
    to: User
    alone: bool = False


def portfolio_of(actor: Actor, officer: User) -> Portfolio:
    """Read the portfolio of an officer in a fixed order. Five statements."""
    organisations = (
        _led_organisations(actor)
        .of_officer(officer.pk)
        .select_related("home_district")
        .order_by("folded", "pk")
    )
    follow_ups = _pending_follow_ups(actor, officer.pk).prefetch_related(
        _seen_links(FollowUpOrganisation, actor)
    )
    meetings = _planned_meetings(actor, officer.pk).prefetch_related(_seen_links(MeetingOrganisation, actor))
    return Portfolio(
        officer,
        list(organisations),
        list(follow_ups.order_by("due_on", "pk")),
        list(meetings.order_by("starts_at", "pk")),
    )


def _seen_links(model: Any, actor: Actor) -> "Prefetch[str]":
    """Prefetch links to organisations that the actor sees, as `row.seen_links`."""
    links = model.objects.filter(organisation__in=Organisation.objects.visible_to(actor))
    links = links.select_related("organisation").order_by("organisation__folded", "pk")
    return Prefetch("organisation_links", links, to_attr="seen_links")


def possible_successors(actor: Actor, portfolio: Portfolio) -> UserQuerySet:
    """Staff who can take over: they write and cover a district of the portfolio. By name, with `own_ids`."""
    lineages = District.objects.filter(pk__in=portfolio.district_ids).values_list("lineage", flat=True)
    covering_ids = {pk for lineage in lineages for pk in lineage}
    through = User.districts.through.objects
    writers: UserQuerySet = User.objects.visible_to(actor).active().with_role(*WRITES)
    own_districts = through.filter(user_id=OuterRef("pk"))
    return (
        writers.filter(Exists(own_districts.filter(district_id__in=covering_ids)))
        .exclude(pk=portfolio.officer.pk)
        .annotate(own_ids=ArraySubquery(own_districts.values("district_id")))
        .in_order()
    )


def plan_moves(portfolio: Portfolio, to: User, exceptions: Mapping[UUID, User]) -> list[Move]:
    """Plan to move each object to `to`.

    `exceptions` gives an organisation, with its follow-ups and meetings, to another user.
    """
    moves = [
        _organisation_move(row, portfolio.officer, exceptions.get(row.pk, to))
        for row in portfolio.organisations
    ]
    by_organisation = {move.row.pk: move.to for move in moves}
    with_links: list[tuple[Part, Any]] = [
        *(("owner", row) for row in portfolio.follow_ups),
        *(("officer", row) for row in portfolio.meetings),
    ]
    for part, row in with_links:
        recipients = (by_organisation.get(link.organisation_id) for link in row.seen_links)
        moves.append(Move(row, part, next(filter(None, recipients), to)))
    return moves


def _organisation_move(row: Organisation, officer: User, to: User) -> Move:
    """A deputy who takes over the lead is no longer deputy.

    A lead who takes over the deputy's part stays lead.
    """
    if row.lead_officer_id == officer.pk:
        return Move(row, "lead", to, alone=row.deputy_officer_id == to.pk)
    return Move(row, "deputy", to, alone=row.lead_officer_id == to.pk)


# --- The brief --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Brief:
    """Brief on an organisation for the officer who takes over, limited to what the actor sees."""

    organisation: Organisation
    people: list[Affiliation] = field(default_factory=list)
    promises: list[FollowUp] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        rows = (self.organisation, *self.promises, *self.concerns, *self.meetings)
        return [*(row.pk for row in rows), *(affiliation.contact_id for affiliation in self.people)]


def briefs_of(actor: Actor, organisation_ids: Iterable[UUID]) -> list[Brief]:
    """Briefs on the organisations that the actor sees, by name. Eight statements."""
    organisations = (
        Organisation.objects.visible_to(actor).filter(pk__in=list(organisation_ids)).for_its_page()
    )
    briefs = {row.pk: Brief(row) for row in organisations.order_by("folded", "pk")}
    for affiliation in _current_affiliations(briefs):
        briefs[affiliation.organisation_id].people.append(affiliation)
    follow_up_links = FollowUpOrganisation.objects.filter(organisation__in=briefs)
    follow_ups = (
        FollowUp.objects.visible_to(actor).pending().filter(pk__in=follow_up_links.values("follow_up"))
    )
    follow_ups_by_id = {row.pk: row for row in follow_ups.select_related("owner")}
    for link in follow_up_links.filter(follow_up__in=follow_ups_by_id).order_by(
        "follow_up__due_on", "follow_up"
    ):
        briefs[link.organisation_id].promises.append(follow_ups_by_id[link.follow_up_id])
    about_these = Q(site_organisation__in=briefs) | Q(raised_by_organisation__in=briefs)
    concerns = Concern.objects.visible_to(actor).filter(about_these, closed_at=None)
    for concern in concerns.order_by("received_at", "pk"):
        for pk in {concern.site_organisation_id, concern.raised_by_organisation_id}:
            if pk in briefs:
                briefs[pk].concerns.append(concern)
    _add_meetings(actor, briefs)
    return list(briefs.values())


def _current_affiliations(briefs: Mapping[UUID, Brief]) -> Any:
    rows = Affiliation.objects.current().to_contact().filter(organisation__in=briefs)
    return rows.select_related("contact").order_by("-is_primary", "contact__folded", "pk")


def _add_meetings(actor: Actor, briefs: Mapping[UUID, Brief]) -> None:
    """Add the last held meetings that each organisation attended."""
    held_meeting_links = MeetingOrganisation.objects.filter(
        organisation__in=briefs, present=True, meeting__status=MeetingStatus.HELD
    ).filter(meeting__in=Meeting.objects.visible_to(actor))
    newest = Window(
        RowNumber(),
        partition_by=F("organisation"),
        order_by=[F("meeting__starts_at").desc(), F("meeting").desc()],
    )
    links = list(
        held_meeting_links.annotate(nr=newest)
        .filter(nr__lte=MEETINGS)
        .values_list("organisation", "meeting")
        .order_by("nr")
    )
    names = User.objects.filter(meetings=OuterRef("pk")).order_by("name", "pk").values("name")
    rows = Meeting.objects.annotate(officer_names=ArraySubquery(names)).in_bulk({pk for _o, pk in links})
    for organisation_id, meeting_id in links:
        briefs[organisation_id].meetings.append(rows[meeting_id])
