"""Releases of a quarter: counted, proven safe with all earlier releases, and stored unchanged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, permutations
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from lib.days import city_today
from publishing.models import Release, ReleaseGrid
from publishing.policies import can_publish
from publishing.queries.comparison_tables import comparison_tables
from publishing.queries.documents import district_boundaries, document_of, tables_of
from publishing.queries.quarter_tables import (
    count_quarter,
    districts_of,
    plain_tables,
    secret_lot,
    tables_from_plain,
)
from publishing.rules.cells import Same, Table
from publishing.rules.suppression import suppress
from publishing.services.grids import lock_releases
from reports.queries.periods import Period, quarter_of
from reports.queries.statuses import Status, status_of


@dataclass(frozen=True, slots=True)
class Prepared:
    """Release that is counted but not saved."""

    number: int
    tables: Sequence[Table]
    document: dict[str, Any]


def grid_of(quarter: Period) -> ReleaseGrid | None:
    """Return the grid in force in a quarter."""
    return ReleaseGrid.objects.confirmed().filter(since__lte=quarter.since).order_by("since").last()


def next_quarters() -> list[Period]:
    """Return the final quarters with a grid that are later than all released quarters, latest first."""
    today = city_today()
    last_release = Release.objects.order_by("quarter_since").last()
    first_grid = ReleaseGrid.objects.confirmed().order_by("since").first()
    quarters, quarter = [], quarter_of(today).previous()
    while (
        first_grid
        and quarter.since >= first_grid.since
        and (last_release is None or quarter.since > last_release.quarter_since)
    ):
        if status_of(quarter, today) == Status.FINAL:
            quarters.append(quarter)
        quarter = quarter.previous()
    return quarters


def prepare_release(*, actor: Actor, quarter: Period) -> Prepared:
    """Count a quarter and hide small numbers. Released quarters of the year before are repeated unchanged.

    Later corrections of released quarters are not published, because a reader could work out hidden numbers
    from the differences.

    Raises PermissionDenied, and ValidationError if the quarter cannot be released now.
    """
    if not can_publish(actor):
        raise PermissionDenied
    if quarter not in next_quarters():
        raise ValidationError({"quarter": _("Choose a quarter from the list.")})
    earlier = list(Release.objects.order_by("number"))
    last_release = earlier[-1] if earlier else None
    number = last_release.number + 1 if last_release else 1
    year = quarter.a_year_before()
    releases_of_year = [release for release in earlier if release.quarter_since >= year.since]
    grid = grid_of(quarter)
    new = count_quarter(grid, quarter, number) if grid else []
    districts = _grid_districts([*(release.quarter for release in releases_of_year), quarter])
    before = _known_tables(earlier, year, list(comparison_tables()))
    published, left_out = suppress(before, new, list(_same_areas(earlier, districts)), lot=secret_lot())
    document = document_of(
        number=number,
        released_on=city_today(),
        tables=published,
        left_out=left_out,
        earlier=[
            table for release in releases_of_year for table in tables_of(release.document, release.quarter)
        ],
        districts=districts,
    )
    return Prepared(number, published, document)


@transaction.atomic
def make_release(*, actor: Actor, quarter: Period) -> Release:
    """Release a quarter. Raises as `prepare_release`."""
    lock_releases()
    prepared = prepare_release(actor=actor, quarter=quarter)
    release = Release.objects.create(
        number=prepared.number,
        quarter_since=quarter.since,
        released_on=city_today(),
        released_by_id=actor.id,
        document=prepared.document,
        counted=plain_tables(prepared.tables),
    )
    record_changes(actor, Action.CREATE, [Changed("release", release.pk, Op.CREATED, 1, [])])
    return release


def _grid_districts(quarters: Iterable[Period]) -> list[District]:
    """Return all districts of the grids of these quarters."""
    districts: dict[Any, District] = {}
    for quarter in quarters:
        if grid := grid_of(quarter):
            districts |= {district.pk: district for district in districts_of(grid.level, quarter)}
    return list(districts.values())


def _known_tables(
    releases: Iterable[Release], first_quarter: Period, comparison_tables: Sequence[Table]
) -> list[Table]:
    """Return published tables from `first_quarter` on, and of the last published quarter before it."""
    tables = [
        *comparison_tables,
        *(table for release in releases for table in tables_from_plain(release.counted)),
    ]
    before = max(
        (table.quarter for table in tables if table.quarter < first_quarter.since.isoformat()), default=""
    )
    return [table for table in tables if table.quarter >= before]


def _same_areas(releases: Iterable[Release], districts: Iterable[District]) -> Iterator[Same]:
    """Yield districts with the same boundary, and redrawn districts with their successors, as one area."""
    ids: dict[str, set[str]] = defaultdict(set)
    for row in chain(
        *(release.document["districts"] for release in releases), district_boundaries(districts)
    ):
        if row["boundary"]:
            ids[row["boundary"]].add(row["id"])
    for same_ids in ids.values():
        for district_id, other_id in permutations(sorted(same_ids), 2):
            yield frozenset({district_id}), frozenset({other_id})
    yield from _successions(districts)


def _successions(districts: Iterable[District]) -> Iterator[Same]:
    """Yield each redrawn district as the same area as all its successors together."""
    links = District.succeeds.through.objects.filter(from_district__in=list(districts))
    after: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for new, old in links.values_list("from_district", "to_district"):
        after[str(old)].add(str(new))
        before[str(new)].add(str(old))
    yield from ((frozenset({old}), frozenset(new)) for old, new in after.items())
    yield from ((frozenset(old), frozenset({new})) for new, old in before.items())
