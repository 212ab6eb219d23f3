"""Published figures in an archive of everything (docs/archive.md). They are the city's, not a district's."""

from typing import Any, Final

from accounts.actors import Actor
from exchange.archive import parts
from exchange.archive.parts import Part
from publishing.models import CouncilPaper, Release, ReleaseGrid

_SINCE: Final = 4  # the first version of archives with published figures
_ONE: Final = 1  # row in memory: a release has all tables, a paper its file


def _whole_city(model: Any) -> Any:
    def rows(actor: Actor) -> Any:
        found = model.objects.visible_to(actor)
        return found if actor.sees_everywhere else found.none()

    return rows


PARTS: Final = (
    Part("release_grids", ReleaseGrid, _whole_city(ReleaseGrid), since=_SINCE),
    Part("releases", Release, _whole_city(Release), batch=_ONE, since=_SINCE),
    Part("council_papers", CouncilPaper, _whole_city(CouncilPaper), batch=_ONE, since=_SINCE),
)


def register() -> None:
    parts.register(*PARTS)
