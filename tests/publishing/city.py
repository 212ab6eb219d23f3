"""A city whose figures are published, for tests."""

from datetime import date
from typing import Any

from accounts.actors import actor_for
from accounts.models import Role
from publishing.models import Release, ReleaseGrid
from publishing.services.grids import confirm_grid, propose_grid
from publishing.services.releases import make_release
from reports.queries.periods import Period, quarter_of
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor, make_user
from tests.reports.city import at, old

FIRST, SECOND, THIRD = (quarter_of(date(2024, 7, 1)).back(-number) for number in range(3))
SPLITS = {"coverage": "kind", "data-health": "district", "concerns": "focus"}
KINDS = [*["ngo"] * 20, *["youth_organisation"] * 12, *["minority_association"] * 3]


class City:
    """Two districts; 20 NGOs of which 10 were met, 12 youth organisations of which 6, and 3 others."""

    def __init__(self, *, is_empty: bool = False) -> None:
        self.whole = make_district("City")
        self.north = make_district("Northgate", parent=self.whole)
        self.south = make_district("Southgate", parent=self.whole)
        self.supervisor = make_supervisor(self.whole)
        self.privacy = make_user(Role.PRIVACY_OFFICER)
        self.actor, self.other = actor_for(self.supervisor), actor_for(self.privacy)
        homes = [self.north, self.south]
        self.organisations = [
            old(make_organisation(homes[number % 2], kind=kind))
            for number, kind in enumerate([] if is_empty else KINDS)
        ]
        for organisation in [*self.organisations[:10], *self.organisations[20:26]]:
            self.meet(organisation, date(2024, 8, 1))

    def meet(self, organisation: Any, day: date) -> None:
        meeting = make_meeting(organisation.home_district, organisation, starts_at=at(day), status="held")
        meeting.organisation_links.update(met_at=meeting.starts_at)

    def fix_grid(self, splits: dict[str, str] = SPLITS) -> ReleaseGrid:
        grid = propose_grid(actor=self.actor, since=FIRST.since, level=2, splits=splits)
        return confirm_grid(actor=self.other, grid_id=grid.pk)

    def release(self, quarter: Period = FIRST) -> Release:
        return make_release(actor=self.actor, quarter=quarter)


def tables(release: Release) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["quarter"], one["indicator"]): one for one in release.document["tables"]}


def figures(table: dict[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    return {row["group"]: (row["n"], row["of"]) for row in table["rows"]}
