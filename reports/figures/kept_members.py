"""Records behind kept totals: those in the district's own area and in each district in it."""

from collections.abc import Collection
from uuid import UUID

from districts.models import District
from reports.models import FigureChange, KeptMembers, Split
from reports.queries.periods import Period
from reports.rules.kept import Members, unpack


def members_of_totals(
    district: District, period: Period, slugs: Collection[str]
) -> dict[tuple[UUID, str], Members]:
    """Return the newest members of each kept total of the district and the districts in it.

    Keys are the ID of a district and an indicator. Figures whose IDs were destroyed have no entry. The actor
    gets only members in districts that they cover (row policies).
    """
    ground = _members_on_own_ground(district, period, slugs)
    lineages = dict(District.objects.under(district).values_list("pk", "lineage"))
    totals: dict[tuple[UUID, str], Members] = {}
    for (ground_id, slug), members in ground.items():
        for pk in lineages.get(ground_id, ()):
            if pk in lineages:
                total = totals.get((pk, slug), Members())
                totals[pk, slug] = Members(total.counted | members.counted, total.total | members.total)
    return totals


def _members_on_own_ground(
    district: District, period: Period, slugs: Collection[str]
) -> dict[tuple[UUID, str], Members]:
    ground: dict[tuple[UUID, str], Members] = {}
    days = {"since": period.since, "until": period.until}
    first_members = KeptMembers.objects.filter(
        kept_period__district__lineage__contains=[district.pk],
        **{f"kept_period__{name}": day for name, day in days.items()},
    ).select_related("kept_period")
    for row in first_members:
        for position, slug in enumerate(row.indicators):
            if slug in slugs:
                ground[row.kept_period.district_id, slug] = unpack(
                    bytes(row.ids), bytes(row.marks), position, len(row.indicators)
                )
    changes = FigureChange.objects.filter(
        figure__split=Split.OWN,
        figure__indicator__in=slugs,
        figure__kept_period__district__lineage__contains=[district.pk],
        **{f"figure__kept_period__{name}": day for name, day in days.items()},
    ).select_related("figure__kept_period")
    for change in changes.order_by("figure__vintage"):
        key = (change.figure.kept_period.district_id, change.figure.indicator)
        ground[key] = ground.get(key, Members()).changed(
            change.came, change.went, change.came_in_total, change.went_from_total
        )
    return ground
