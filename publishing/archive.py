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
    Part("release_grids", ReleaseGrid, _whole_city(ReleaseGrid)),
    Part("releases", Release, _whole_city(Release), batch=_ONE),
    Part("council_papers", CouncilPaper, _whole_city(CouncilPaper), batch=_ONE),
    Part("bias_tables", BiasTable, _whole_city(BiasTable)),
    Part("public_texts", PublicText, _whole_city(PublicText)),
    Part("public_pages", PublicDistrict, _of_districts(PublicDistrict)),
    Part("public_entries", PublicEntry, _of_districts(PublicEntry)),
    Part("entry_translations", EntryTranslation, owner="entry"),
    Part("public_meetings", PublicMeeting, _seen(PublicMeeting)),
    Part("public_listings", PublicListing, _seen(PublicListing)),
    Part("reporting_routes", ReportingRoute, _of_districts(ReportingRoute)),
    Part("route_tests", RouteTest, owner="route"),
)
NOT_TAKEN: Final = {
    "publishing.Publication": "what this installation has published, which the rows can make again",
    "publishing.PublicFile": "of a publication",
    "publishing.Registration": "of people who wait for an answer of this installation; gone in 90 days",
}
