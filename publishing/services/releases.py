"""Releasing a quarter: counted, proven safe together with every release before, and kept as it is."""

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
from publishing.queries import comparison_tables
from publishing.queries.documents import document_of, grounds, tables_of
from publishing.queries.quarter_tables import count_quarter, districts_of, kept, of_kept, secret_lot
from publishing.rules.cells import Same, Table
from publishing.rules.suppression import suppress
from publishing.services.grids import lock_releases
from reports.queries.periods import Period, quarter_of
from reports.queries.statuses import Status, status_of


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release as it would be made now."""

    number: int
    tables: Sequence[Table]
    document: dict[str, Any]


def grid_of(quarter: Period) -> ReleaseGrid | None:
    """The grid in force in a quarter."""
    return ReleaseGrid.objects.confirmed().filter(since__lte=quarter.since).order_by("since").last()


def next_quarters() -> list[Period]:
    """Quarters that can be released now, latest first: final, on a grid, and after all that were released."""
    today = city_today()
    last = Release.objects.order_by("quarter_since").last()
    first = ReleaseGrid.objects.confirmed().order_by("since").first()
    found, quarter = [], quarter_of(today).previous()
    while first and quarter.since >= first.since and (last is None or quarter.since > last.quarter_since):
        if status_of(quarter, today) == Status.FINAL:
            found.append(quarter)
        quarter = quarter.previous()
    return found


def prepare_release(*, actor: Actor, quarter: Period) -> Prepared:
    """Count a quarter and hide what has to be hidden. Released quarters of the year before stay as they are.

    Whatever was corrected in these since changes nothing: a reader could work out hidden numbers from what
    changes and what stays.

    Raises PermissionDenied, and ValidationError if the quarter cannot be released now.
    """
    if not can_publish(actor):
        raise PermissionDenied
    if quarter not in next_quarters():
        raise ValidationError({"quarter": _("Choose a quarter from the list.")})
    earlier = list(Release.objects.order_by("number"))
    last = earlier[-1] if earlier else None
    number = last.number + 1 if last else 1
    year = quarter.a_year_before()
    released = [one for one in earlier if one.quarter_since >= year.since]
    grid = grid_of(quarter)
    new = count_quarter(grid, quarter, number) if grid else []
    districts = _districts([*(one.quarter for one in released), quarter])
    before = _neighbours(earlier, year, list(comparison_tables.tables()))
    published, left_out = suppress(before, new, list(_same_grounds(earlier, districts)), lot=secret_lot())
    document = document_of(
        number=number,
        released_on=city_today(),
        tables=published,
        left_out=left_out,
        earlier=[table for one in released for table in tables_of(one.document, one.quarter)],
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
        counted=kept(prepared.tables),
    )
    record_changes(actor, Action.CREATE, [Changed("release", release.pk, Op.CREATED, 1, [])])
    return release


def _districts(quarters: Iterable[Period]) -> list[District]:
    """All districts of the grids of these quarters."""
    districts: dict[Any, District] = {}
    for quarter in quarters:
        if grid := grid_of(quarter):
            districts |= {district.pk: district for district in districts_of(grid.level, quarter)}
    return list(districts.values())


def _neighbours(releases: Iterable[Release], first: Period, others: Sequence[Table]) -> list[Table]:
    """Published tables from the quarter `first` on, and of the one before it."""
    found = [*others, *(table for release in releases for table in of_kept(release.counted))]
    before = max((table.quarter for table in found if table.quarter < first.since.isoformat()), default="")
    return [table for table in found if table.quarter >= before]


def _same_grounds(releases: Iterable[Release], districts: Iterable[District]) -> Iterator[Same]:
    """Districts with one boundary are one ground, whatever their ids."""
    ids: dict[str, set[str]] = defaultdict(set)
    for row in chain(*(release.document["districts"] for release in releases), grounds(districts)):
        if row["boundary"]:
            ids[row["boundary"]].add(row["id"])
    for same in ids.values():
        for one, other in permutations(sorted(same), 2):
            yield frozenset({one}), frozenset({other})
    yield from _successions(districts)


def _successions(districts: Iterable[District]) -> Iterator[Same]:
    """Districts that were redrawn are the same ground as their successors together."""
    links = District.succeeds.through.objects.filter(from_district__in=list(districts))
    after: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for new, old in links.values_list("from_district", "to_district"):
        after[str(old)].add(str(new))
        before[str(new)].add(str(old))
    yield from ((frozenset({old}), frozenset(new)) for old, new in after.items())
    yield from ((frozenset(old), frozenset({new})) for new, old in before.items())
