"""Archive parts of published rows (docs/archive.md). Figures belong to the city, pages to a district."""

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

_ONE: Final = 1  # row in memory, because a release has all its tables and a paper its file


def _city_rows(model: Any) -> Any:
    def rows(actor: Actor) -> Any:
        visible_rows = model.objects.visible_to(actor)
        return visible_rows if actor.sees_everywhere else visible_rows.none()

    return rows


def _district_rows(model: Any) -> Any:
    def rows(actor: Actor) -> Any:
        visible_rows = model.objects.visible_to(actor)
        return visible_rows if actor.sees_everywhere else visible_rows.filter(district__in=actor.district_ids)

    return rows


def _visible_rows(model: Any) -> Any:
    return lambda actor: model.objects.visible_to(actor)


PARTS: Final = (
    Part("release_grids", ReleaseGrid, _city_rows(ReleaseGrid)),
    Part("releases", Release, _city_rows(Release), batch=_ONE),
    Part("council_papers", CouncilPaper, _city_rows(CouncilPaper), batch=_ONE),
    Part("bias_tables", BiasTable, _city_rows(BiasTable)),
    Part("public_texts", PublicText, _city_rows(PublicText)),
    Part("public_pages", PublicDistrict, _district_rows(PublicDistrict)),
    Part("public_entries", PublicEntry, _district_rows(PublicEntry)),
    Part("entry_translations", EntryTranslation, owner="entry"),
    Part("public_meetings", PublicMeeting, _visible_rows(PublicMeeting)),
    Part("public_listings", PublicListing, _visible_rows(PublicListing)),
    Part("reporting_routes", ReportingRoute, _district_rows(ReportingRoute)),
    Part("route_tests", RouteTest, owner="route"),
)
NOT_TAKEN: Final = {
    "publishing.Publication": "what this installation has published, which the rows can make again",
    "publishing.PublicFile": "of a publication",
    "publishing.Registration": "of people who wait for an answer of this installation; gone in 90 days",
}
