"""What the site shows: public rows alone, each value named once. Nothing else of the records is read."""

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

MONTHS: Final = 12  # of entries
REMEMBERED: Final = timedelta(days=400)  # that an organisation was listed, for those who took a copy


@dataclass(frozen=True, slots=True)
class Place:
    """A district with a public page."""

    district: District
    page: PublicDistrict
    routes: Sequence[ReportingRoute]
    meetings: Sequence[PublicMeeting]
    entries: Sequence[PublicEntry]
    listings: Sequence[PublicListing]
    officers: Sequence[str]  # as those who agreed want to be called
    plans: Sequence[PublicPlan] = ()  # its own, and those of the districts it lies in


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
        """All languages of its pages, those of the first district first."""
        return list(dict.fromkeys(code for place in self.places for code in place.page.languages))

    @property
    def shared_routes(self) -> list[ReportingRoute]:
        """Ways to report of the whole city, which the page of each district has."""
        return [one for place in self.places[:1] for one in place.routes if one.district_id is None]


@opened(Opened.PUBLISHER)
def read_site(today: date, as_of: date) -> Site:
    """Read what is public today. A text with a protected name or address is left out, whoever approved it."""
    with acting_as(SYSTEM):
        protected = protected_words()
        pages = PublicDistrict.objects.visible_to(SYSTEM).on().select_related("district")
        places = [_read_place(page, today, protected) for page in pages]
        return Site(
            as_of=as_of,
            places=places,
            texts={key: row for key, row in _texts(today).items() if not protected.names(row.text)},
            releases=list(Release.objects.visible_to(SYSTEM).latest_first()),
            withdrawn=_withdrawn(today, {one.public_id for place in places for one in place.listings}),
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
        routes=[one for one in map(_without_address, routes) if one.is_shown and _may_be(one, protected)],
        meetings=[
            one
            for one in meetings.filter(meeting__district__in=under)
            if not protected.names(one.title, one.text, one.place) and not _has_protected(one)
        ],
        entries=[one for one in _entries(under, today) if not protected.names(*_words_of(one))],
        listings=[
            one
            for one in _listings(district)
            if not protected.names(one.summary, one.focus_words, one.organisation.address)
        ],
        officers=_officers(page),
        plans=plans_of(district.lineage, protected.names),
    )


def _entries(districts: Any, today: date) -> Sequence[PublicEntry]:
    """Of a district and the neighbourhoods in it, which seldom have a page of their own."""
    first = today.year * 12 + today.month - MONTHS
    month = f"{first // 12:04}-{first % 12 + 1:02}"
    rows = (
        PublicEntry.objects.visible_to(SYSTEM)
        .shown_on(today)
        .filter(district__in=districts, month__gte=month)
    )
    return list(rows.newest_first().prefetch_related("translations"))


def _officers(page: PublicDistrict) -> Sequence[str]:
    """Who works there and gave a name for everybody, if the district names officers."""
    if page.officer_names != OfficerNames.FIRST_NAMES:
        return []
    there = User.objects.active().with_role(*WRITES).exclude(public_name="")
    own = Q(districts__in=page.district.lineage) | Q(districts__in=District.objects.under(page.district))
    return sorted(set(there.filter(own).values_list("public_name", flat=True)))


def _words_of(entry: PublicEntry) -> Iterator[str]:
    """Its texts in each language."""
    rows: list[PublicEntry | EntryTranslation] = [entry, *entry.translations.all()]
    for one in rows:
        yield from (one.said, one.did, one.why)


def _listings(district: District) -> Sequence[PublicListing]:
    there = Organisation.objects.filter(home_district__in=District.objects.under(district))
    open_ones = there.exclude(pk__in=there.with_protected_location()).exclude(
        status=OrganisationStatus.CLOSED
    )
    rows = PublicListing.objects.visible_to(SYSTEM).in_force().filter(organisation__in=open_ones)
    return list(rows.select_related("organisation").order_by("organisation__folded", "pk"))


def _withdrawn(today: date, listed: Collection[UUID]) -> Sequence[UUID]:
    """What copies must delete: also of organisations that closed or moved away, or whose page went off."""
    gone = Q(withdrawn_on__gte=today - REMEMBERED) | Q(is_in_force=True)
    rows = PublicListing.objects.visible_to(SYSTEM).filter(gone)
    return sorted(set(rows.values_list("public_id", flat=True)).difference(listed))


def _has_protected(notice: PublicMeeting) -> bool:
    invited = Organisation.objects.filter(meetings=notice.pk)
    return invited.with_protected_location().exists()


def _may_be(route: ReportingRoute, protected: Protected) -> bool:
    """A protected organisation can be named on its own route, because it wants to be called.

    One that has closed answers nobody.
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
    """The version in force of each text in each language."""
    rows = PublicText.objects.visible_to(SYSTEM).filter(in_force_since__lte=today)
    return {(row.slug, row.language): row for row in rows.order_by("version")}
