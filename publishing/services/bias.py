"""The bias table of a year, as ODIHR asks for it: bias ground by kind of concern, and the response.

It is of the whole city and of a year that is over, never of a district. Small numbers are hidden as in a
release, so that the table can leave the house.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor
from districts.models import District
from meetings.models import Concern
from publishing.rules.suppression import TOTAL, Pair, Table, suppress
from reports.counted import counted_rows
from reports.happenings import BIAS
from reports.indicators import concerns, reassurance
from reports.periods import Period
from reports.policies import can_read_reports
from reports.questions import Question
from reports.reading import Report

# What is counted of each bias concern: answered and reassured in time.
_RESPONSES: Final[Mapping[str, Report]] = {"answered": concerns.REPORT, "offered": reassurance.REPORT}

Group = tuple[str, str]  # bias ground, kind of concern


@dataclass(frozen=True, slots=True)
class BiasRow:
    """Concerns received, of these answered and offered reassurance in time. None is hidden."""

    ground: str
    kind: str
    received: int | None
    answered: int | None
    offered: int | None


@dataclass(frozen=True, slots=True)
class BiasTable:
    """A concern counts in each of its grounds and kinds, and once in `total`."""

    rows: Sequence[BiasRow]
    total: BiasRow


def can_read_bias_table(actor: Actor) -> bool:
    """Who may see every concern: from two tables of one year, others could work out what was added."""
    covers_all = not District.objects.active().exclude(pk__in=actor.district_ids).exists()
    return can_read_reports(actor) and (actor.sees_everywhere or covers_all)


def bias_table(actor: Actor, year: Period) -> BiasTable:
    """The table of a year that is over. Raises PermissionDenied, and ValueError for another period."""
    if not can_read_bias_table(actor):
        raise PermissionDenied
    question = Question((year,), tuple(District.objects.active().filter(parent=None).in_order()))
    if year.months != 12 or year.until > question.today:
        raise ValueError("the table is of a whole year")
    received, in_time = _count(question)
    found = (
        Concern.objects.visible_to(actor).filter(pk__in=received).values_list("pk", "bias_grounds", "kinds")
    )
    groups: dict[Group, set[UUID]] = defaultdict(set)
    for pk, grounds, kinds in found:
        for ground in set(grounds) & set(BIAS):
            for kind in kinds:
                groups[ground, kind].add(pk)
    return _published(groups, received, in_time)


def _count(question: Question) -> tuple[set[UUID], dict[str, set[UUID]]]:
    """The bias concerns received, and by response those that had it in time: as their indicators count."""
    found = {
        name: [row for root in question.districts for row in counted_rows(report, question, root.code)]
        for name, report in _RESPONSES.items()
    }
    in_time = {name: {row.id for row in rows if row.counted} for name, rows in found.items()}
    return {row.id for row in found["offered"]}, in_time


def _published(
    groups: Mapping[Group, set[UUID]], received: set[UUID], in_time: Mapping[str, set[UUID]]
) -> BiasTable:
    names = {" ".join(group): group for group in sorted(groups)}

    def pair(ids: set[UUID], response: str) -> Pair:
        return len(ids & in_time[response]), len(ids)

    tables = [
        Table(
            release=1,
            quarter="year",
            slug=response,
            split="bias",
            rows={name: pair(groups[group], response) for name, group in names.items()},
            total=pair(received, response),
            population="bias",
        )
        for response in _RESPONSES
    ]
    decided, _left_out = suppress([], tables)
    shown = {table.slug: table for table in decided}

    def row(name: str, ground: str, kind: str) -> BiasRow:
        of = next((_shown(table, name, 1) for table in shown.values()), None)
        return BiasRow(ground, kind, of, *(_shown(shown.get(one), name, 0) for one in _RESPONSES))

    return BiasTable([row(name, *group) for name, group in names.items()], row(TOTAL, "", ""))


def _shown(table: Table | None, name: str, which: int) -> int | None:
    """n (0) or `of` (1) of a group, unless it is hidden or the whole table is left out."""
    if table is None or name in ((table.hides_n or ()), (table.hides_of or ()))[which]:
        return None
    return table.pairs[name][which]
