"""What goes on in each district, for those who cover it: figures, communities, whom to see.

A district counts all that lies in it. Every function asks the database a fixed number of times.
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
from meetings.queries.organisations_to_meet import ToMeet, split, whom_to_meet

LATELY_DAYS: Final = 90
DUE: Final = 12
NOT_MET_YET: Final = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """Active organisations at home in a district, those met in the last 90 days, promises open and late.

    Who is counted, and which days, are those of the scorecard: the same question has the same answer.
    """

    organisations: int = 0
    met: int = 0
    promises: int = 0
    late: int = 0

    @property
    def share_met(self) -> float | None:
        """None where there is nobody to meet."""
        return self.met / self.organisations if self.organisations else None


def figures(actor: Actor, today: date) -> dict[UUID, Figures]:
    """By district, each with all that lies in it; only districts the actor covers."""
    lately = day_starts_at(today - timedelta(days=LATELY_DAYS - 1))  # today is one of them
    organisations = (
        Organisation.objects.at_home_with(actor)
        .active()
        .counted()
        .annotate(ground=_each_of("home_district__lineage"))
        .values("ground")
        .annotate(n=Count("pk"), met=Count("pk", filter=Q(last_met_at__gte=lately)))
    )
    promises = (
        FollowUpOrganisation.objects.filter(
            organisation__in=Organisation.objects.at_home_with(actor),
            follow_up__in=FollowUp.objects.pending(),
        )
        .annotate(ground=_each_of("organisation__home_district__lineage"))
        .values("ground")
        .annotate(
            n=Count("follow_up", distinct=True),
            late=Count("follow_up", distinct=True, filter=Q(follow_up__due_on__lt=today)),
        )
    )
    met = {row["ground"]: (row["n"], row["met"]) for row in organisations}
    promised = {row["ground"]: (row["n"], row["late"]) for row in promises}
    covered = (pk for pk in met.keys() | promised.keys() if actor.sees_everywhere or actor.covers(pk))
    return {pk: Figures(*met.get(pk, (0, 0)), *promised.get(pk, (0, 0))) for pk in covered}


def _each_of(lineage: str) -> Func:
    """One row for each district a row lies in."""
    return Func(F(lineage), function="UNNEST", output_field=UUIDField())


@dataclass(frozen=True, slots=True)
class Community:
    """A community expected in a district, and who there speaks for it: nobody is a blind spot."""

    expected: ExpectedCommunity
    organisations: int
    last_met_at: datetime | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What those who cover a district see of it."""

    kinds: list[tuple[str, int]]
    communities: list[Community]
    to_meet: ToMeet


def profile(actor: Actor, district: District, today: date) -> Profile:
    """Active organisations by kind, most frequent first; expected communities; whom to see first."""
    there = (
        Organisation.objects.at_home_with(actor)
        .active()
        .filter(home_district__lineage__contains=[district.pk])
    )
    rows = list(there.values_list("pk", "kind", "last_met_at"))
    counted = [(pk, kind, met) for pk, kind, met in rows if kind not in NOT_COUNTED]
    counts = Counter(kind for _pk, kind, _met in rows)
    found = whom_to_meet(there, today, due=DUE, not_met_yet=NOT_MET_YET).select_related("lead_officer")
    return Profile(
        kinds=[(str(Kind(kind).label), n) for kind, n in counts.most_common()],
        communities=list(_communities(actor, district, there.counted(), counted)),
        to_meet=split(found, today),
    )


def _communities(
    actor: Actor,
    district: District,
    there: QuerySet[Organisation],
    rows: Iterable[tuple[UUID, str, datetime | None]],
) -> Iterable[Community]:
    expected = list(ExpectedCommunity.objects.visible_to(actor).filter(district=district).order_by("focus"))
    last_met = {pk: met for pk, _kind, met in rows}
    speaking: dict[str, set[UUID]] = {}
    for pk, kind, _met in rows:
        if stands_for := FOCUS_OF_KIND.get(Kind(kind)):
            speaking.setdefault(stands_for, set()).add(pk)
    if expected:
        declared = FocusDeclaration.objects.current().filter(organisation__in=there)
        for focus, pk in declared.values_list("focus", "organisation_id"):
            speaking.setdefault(focus, set()).add(pk)
    for row in expected:
        voices = speaking.get(row.focus, set())
        yield Community(row, len(voices), max(filter(None, map(last_met.get, voices)), default=None))
