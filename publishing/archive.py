"""What is published, in an archive (docs/archive.md). Figures are the city's, pages a district's."""

from typing import Any, Final

from accounts.actors import Actor
from exchange.archive.parts import Part
from publishing.models import (
    BiasTable,
    CouncilPaper,
    EntryTranslation,
    PublicDistrict,
    PublicEntry,
    PublicListing,
    PublicMeeting,
    PublicText,
    Release,
    ReleaseGrid,
    ReportingRoute,
    RouteTest,
)

_SINCE: Final = 4  # the first version of archives with published figures
_ONE: Final = 1  # row in memory: a release has all tables, a paper its file


def _whole_city(model: Any) -> Any:
    def rows(actor: Actor) -> Any:
        found = model.objects.visible_to(actor)
        return found if actor.sees_everywhere else found.none()

    return rows


def _of_districts(model: Any) -> Any:
    def rows(actor: Actor) -> Any:
        found = model.objects.visible_to(actor)
        return found if actor.sees_everywhere else found.filter(district__in=actor.district_ids)

    return rows


def _seen(model: Any) -> Any:
    return lambda actor: model.objects.visible_to(actor)


PARTS: Final = (
    Part("release_grids", ReleaseGrid, _whole_city(ReleaseGrid), since=_SINCE),
    Part("releases", Release, _whole_city(Release), batch=_ONE, since=_SINCE),
    Part("council_papers", CouncilPaper, _whole_city(CouncilPaper), batch=_ONE, since=_SINCE),
    Part("bias_tables", BiasTable, _whole_city(BiasTable), since=_SINCE),
    Part("public_texts", PublicText, _whole_city(PublicText), since=_SINCE),
    Part("public_pages", PublicDistrict, _of_districts(PublicDistrict), since=_SINCE),
    Part("public_entries", PublicEntry, _of_districts(PublicEntry), since=_SINCE),
    Part("entry_translations", EntryTranslation, owner="entry", since=_SINCE),
    Part("public_meetings", PublicMeeting, _seen(PublicMeeting), since=_SINCE),
    Part("public_listings", PublicListing, _seen(PublicListing), since=_SINCE),
    Part("reporting_routes", ReportingRoute, _of_districts(ReportingRoute), since=_SINCE),
    Part("route_tests", RouteTest, owner="route", since=_SINCE),
)
NOT_TAKEN: Final = {
    "publishing.Publication": "what this installation has published, which the rows can make again",
    "publishing.PublicFile": "of a publication",
    "publishing.Registration": "of people who wait for an answer of this installation; gone in 90 days",
}
