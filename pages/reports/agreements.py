"""The organisations behind a “contact wanted” figure, which adds up from named rows and the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from accounts.actors import Actor
from contacts.models import Organisation
from reports.indicators.contact_wanted import Agreement, agreements
from reports.queries.questions import Question

AT_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Sum:
    """Totals for several organisations."""

    organisations: int
    times: int
    held: float
    wanted: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Named rows, and their total.

    `others` counts organisations the reader cannot see and those beyond 500.
    """

    rows: Sequence[tuple[Organisation, Agreement]]
    others: Sum
    total: Sum


def shares_of(actor: Actor, question: Question, group: str) -> Shares:
    """Shares of a group's figure in one period, most missed meetings first."""
    found = agreements(question, group)
    first = [one.organisation_id for one in found[:AT_MOST]]
    visible = Organisation.objects.visible_to(actor).filter(pk__in=first).select_related("home_district")
    seen = {row.pk: row for row in visible}
    rows = [(seen[one.organisation_id], one) for one in found if one.organisation_id in seen]
    return Shares(rows, _sum(one for one in found if one.organisation_id not in seen), _sum(found))


def _sum(agreements: Iterable[Agreement]) -> Sum:
    found = list(agreements)
    return Sum(
        len(found),
        sum(one.times for one in found),
        sum(one.held for one in found),
        sum(one.wanted for one in found),
    )
