"""Figures, communities and organisations to meet of districts, for their officers.

A district includes its parts. Each function runs a fixed number of queries.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, UUIDField

from accounts.actors import Actor
from contacts.codes import FOCUS_OF_KIND, NOT_COUNTED, Kind
from contacts.models import FocusDeclaration, Organisation
from districts.models import District, ExpectedCommunity
from lib.days import day_starts_at
from meetings.models import FollowUp, FollowUpOrganisation
from meetings.queries.organisations_to_meet import OrganisationsToMeet, organisations_to_meet, split_by_due

LATELY_DAYS: Final = 90
DUE: Final = 12
NOT_MET_YET: Final = 5


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """Active organisations based in a district, those met in the last 90 days, pending and late follow-ups.

    Organisations and days are counted as in the scorecard, so that both show the same numbers.
    """

    organisations: int = 0
    met: int = 0
    promises: int = 0
    late: int = 0

    @property
    def share_met(self) -> float | None:
        """Share of organisations met; None if the district has none."""
        return self.met / self.organisations if self.organisations else None


def district_figures(actor: Actor, today: date) -> dict[UUID, DistrictFigures]:
    """Figures of the districts that the actor covers, by district ID."""
    lately = day_starts_at(today - timedelta(days=LATELY_DAYS - 1))  # today is one of them
    organisations = (
        Organisation.objects.at_home_with(actor)
        .active()
        .counted()
        .annotate(district_pk=_unnested("home_district__lineage"))
        .values("district_pk")
        .annotate(n=Count("pk"), met=Count("pk", filter=Q(last_met_at__gte=lately)))
    )
    follow_ups = (
        FollowUpOrganisation.objects.filter(
            organisation__in=Organisation.objects.at_home_with(actor),
            follow_up__in=FollowUp.objects.pending(),
        )
        .annotate(district_pk=_unnested("organisation__home_district__lineage"))
        .values("district_pk")
        .annotate(
            n=Count("follow_up", distinct=True),
            late=Count("follow_up", distinct=True, filter=Q(follow_up__due_on__lt=today)),
        )
    )
    met_by_district = {row["district_pk"]: (row["n"], row["met"]) for row in organisations}
    pending_by_district = {row["district_pk"]: (row["n"], row["late"]) for row in follow_ups}
    covered = (
        pk
        for pk in met_by_district.keys() | pending_by_district.keys()
        if actor.sees_everywhere or actor.covers(pk)
    )
    return {
        pk: DistrictFigures(*met_by_district.get(pk, (0, 0)), *pending_by_district.get(pk, (0, 0)))
        for pk in covered
    }


def _unnested(lineage: str) -> Func:
    """Return a row for each district of a lineage."""
    return Func(F(lineage), function="UNNEST", output_field=UUIDField())


@dataclass(frozen=True, slots=True)
class Community:
    """A community expected in a district. It is a blind spot if no organisation represents it."""

    expected: ExpectedCommunity
    organisations: int
    last_met_at: datetime | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Profile of a district for its officers."""

    kinds: list[tuple[str, int]]
    communities: list[Community]
    to_meet: OrganisationsToMeet


def profile_of(actor: Actor, district: District, today: date) -> Profile:
    """Read the profile of a district: kinds (most frequent first), communities, organisations to meet."""
    organisations = (
        Organisation.objects.at_home_with(actor)
        .active()
        .filter(home_district__lineage__contains=[district.pk])
    )
    rows = list(organisations.values_list("pk", "kind", "last_met_at"))
    counted_organisations = [(pk, kind, met) for pk, kind, met in rows if kind not in NOT_COUNTED]
    number_by_kind = Counter(kind for _pk, kind, _met in rows)
    to_meet = organisations_to_meet(organisations, today, due=DUE, not_met_yet=NOT_MET_YET).select_related(
        "lead_officer"
    )
    return Profile(
        kinds=[(str(Kind(kind).label), n) for kind, n in number_by_kind.most_common()],
        communities=list(_communities(actor, district, organisations.counted(), counted_organisations)),
        to_meet=split_by_due(to_meet, today),
    )


def _communities(
    actor: Actor,
    district: District,
    organisations: QuerySet[Organisation],
    rows: Iterable[tuple[UUID, str, datetime | None]],
) -> Iterable[Community]:
    expected = list(ExpectedCommunity.objects.visible_to(actor).filter(district=district).order_by("focus"))
    last_met = {pk: met for pk, _kind, met in rows}
    organisations_by_focus: dict[str, set[UUID]] = {}
    for pk, kind, _met in rows:
        if focus_of_kind := FOCUS_OF_KIND.get(Kind(kind)):
            organisations_by_focus.setdefault(focus_of_kind, set()).add(pk)
    if expected:
        declared = FocusDeclaration.objects.current().filter(organisation__in=organisations)
        for focus, pk in declared.values_list("focus", "organisation_id"):
            organisations_by_focus.setdefault(focus, set()).add(pk)
    for row in expected:
        representing = organisations_by_focus.get(row.focus, set())
        yield Community(
            row, len(representing), max(filter(None, map(last_met.get, representing)), default=None)
        )
