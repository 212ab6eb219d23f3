"""Reading of the rows that the site shows. Only public values are read, each named here once."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts.actors import SYSTEM
from accounts.models import User
from accounts.rules import WRITES
from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from contacts.services.public_texts import Protected, protected_words
from districts.models import District
from lib.days import day_starts_at
from lib.row_context import Opened, acting_as, opened
from publishing.codes import OfficerNames
from publishing.models import (
    EntryTranslation,
    PublicDistrict,
    PublicEntry,
    PublicListing,
    PublicMeeting,
    PublicText,
    Release,
    ReportingRoute,
)
from publishing.site.plans import PublicPlan, plans_of

MONTHS: Final = 12  # number of months with entries
REMEMBERED: Final = timedelta(days=400)  # after a withdrawal, so that copies can delete the organisation


@dataclass(frozen=True, slots=True)
class Place:
    """District with a public page, and the rows of the page."""

    district: District
    page: PublicDistrict
    routes: Sequence[ReportingRoute]
    meetings: Sequence[PublicMeeting]
    entries: Sequence[PublicEntry]
    listings: Sequence[PublicListing]
    officers: Sequence[str]  # public names of officers who agreed
    plans: Sequence[PublicPlan] = ()  # of the district and the districts above


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that is published on a day."""

    as_of: date
    places: Sequence[Place]
    texts: dict[tuple[str, str], PublicText]
    releases: Sequence[Release] = field(default_factory=tuple)
    withdrawn: Sequence[UUID] = field(default_factory=tuple)  # public IDs of organisations no longer listed

    @property
    def languages(self) -> list[str]:
        """Return all languages of the pages, those of the first district first."""
        return list(dict.fromkeys(code for place in self.places for code in place.page.languages))

    @property
    def shared_routes(self) -> list[ReportingRoute]:
        """Return the ways to report of the whole city, which are on the page of each district."""
        return [route for place in self.places[:1] for route in place.routes if route.district_id is None]


@opened(Opened.PUBLISHER)
def read_site(today: date, as_of: date) -> Site:
    """Read the rows that are public today, without texts that have a protected name or address."""
    with acting_as(SYSTEM):
        protected = protected_words()
        pages = PublicDistrict.objects.visible_to(SYSTEM).on().select_related("district")
        places = [_read_place(page, today, protected) for page in pages]
        return Site(
            as_of=as_of,
            places=places,
            texts={key: row for key, row in _texts(today).items() if not protected.names(row.text)},
            releases=list(Release.objects.visible_to(SYSTEM).latest_first()),
            withdrawn=_withdrawn(
                today, {listing.public_id for place in places for listing in place.listings}
            ),
        )


def _read_place(page: PublicDistrict, today: date, protected: Protected) -> Place:
    district = page.district
    under = District.objects.under(district).values("pk")
    routes = ReportingRoute.objects.visible_to(SYSTEM).of_districts(under).select_related("organisation")
    meetings = PublicMeeting.objects.visible_to(SYSTEM).announced(day_starts_at(today))
    for name in ("intro", "hours"):
        if protected.names(getattr(page, name)):
            setattr(page, name, "")
    return Place(
        district=district,
        page=page,
        routes=[
            route
            for route in map(_without_address, routes)
            if route.is_shown and _may_be_shown(route, protected)
        ],
        meetings=[
            notice
            for notice in meetings.filter(meeting__district__in=under)
            if not protected.names(notice.title, notice.text, notice.place) and not _has_protected(notice)
        ],
        entries=[entry for entry in _entries(under, today) if not protected.names(*_texts_of(entry))],
        listings=[
            listing
            for listing in _listings(district)
            if not protected.names(listing.summary, listing.focus_words, listing.organisation.address)
        ],
        officers=_officers(page),
        plans=plans_of(district.lineage, protected.names),
    )


def _entries(districts: Any, today: date) -> Sequence[PublicEntry]:
    """Return the entries of the last months in a district and its neighbourhoods."""
    first_month = today.year * 12 + today.month - MONTHS
    month = f"{first_month // 12:04}-{first_month % 12 + 1:02}"
    rows = (
        PublicEntry.objects.visible_to(SYSTEM)
        .shown_on(today)
        .filter(district__in=districts, month__gte=month)
    )
    return list(rows.newest_first().prefetch_related("translations"))


def _officers(page: PublicDistrict) -> Sequence[str]:
    """Return the public names of officers who work in the district, if it names officers."""
    if page.officer_names != OfficerNames.FIRST_NAMES:
        return []
    named_users = User.objects.active().with_role(*WRITES).exclude(public_name="")
    works_here = Q(districts__in=page.district.lineage) | Q(
        districts__in=District.objects.under(page.district)
    )
    return sorted(set(named_users.filter(works_here).values_list("public_name", flat=True)))


def _texts_of(entry: PublicEntry) -> Iterator[str]:
    """Yield the texts of an entry in each language."""
    rows: list[PublicEntry | EntryTranslation] = [entry, *entry.translations.all()]
    for row in rows:
        yield from (row.said, row.did, row.why)


def _listings(district: District) -> Sequence[PublicListing]:
    organisations = Organisation.objects.filter(home_district__in=District.objects.under(district))
    listable = organisations.exclude(pk__in=organisations.with_protected_location()).exclude(
        status=OrganisationStatus.CLOSED
    )
    rows = PublicListing.objects.visible_to(SYSTEM).in_force().filter(organisation__in=listable)
    return list(rows.select_related("organisation").order_by("organisation__folded", "pk"))


def _withdrawn(today: date, listed: Collection[UUID]) -> Sequence[UUID]:
    """Return public IDs that copies must delete: withdrawn listings, and those no longer on any page."""
    may_be_withdrawn = Q(withdrawn_on__gte=today - REMEMBERED) | Q(is_in_force=True)
    rows = PublicListing.objects.visible_to(SYSTEM).filter(may_be_withdrawn)
    return sorted(set(rows.values_list("public_id", flat=True)).difference(listed))


def _has_protected(notice: PublicMeeting) -> bool:
    invited = Organisation.objects.filter(meetings=notice.pk)
    return invited.with_protected_location().exists()


def _may_be_shown(route: ReportingRoute, protected: Protected) -> bool:
    """Whether a route can be shown: its organisation is open, and it names no other protected organisation.

    A protected organisation can be named on its own route, because it wants to be called.
    """
    if route.organisation and route.organisation.status == OrganisationStatus.CLOSED:
        return False
    if route.organisation and route.organisation.has_protected_location:
        protected = protected_words(route.organisation.pk)
    return not protected.names(route.name, route.address, route.hours, route.note)


def _without_address(route: ReportingRoute) -> ReportingRoute:
    if route.organisation and route.organisation.has_protected_location:
        route.address = ""
    return route


def _texts(today: date) -> dict[tuple[str, str], PublicText]:
    """Return the version in force of each text in each language."""
    rows = PublicText.objects.visible_to(SYSTEM).filter(in_force_since__lte=today)
    return {(row.slug, row.language): row for row in rows.order_by("version")}
