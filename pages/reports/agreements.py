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
    counted = agreements(question, group)
    shown_ids = [agreement.organisation_id for agreement in counted[:AT_MOST]]
    visible = Organisation.objects.visible_to(actor).filter(pk__in=shown_ids).select_related("home_district")
    visible_by_id = {row.pk: row for row in visible}
    rows = [
        (visible_by_id[agreement.organisation_id], agreement)
        for agreement in counted
        if agreement.organisation_id in visible_by_id
    ]
    return Shares(
        rows,
        _sum(agreement for agreement in counted if agreement.organisation_id not in visible_by_id),
        _sum(counted),
    )


def _sum(agreements: Iterable[Agreement]) -> Sum:
    rows = list(agreements)
    return Sum(
        len(rows),
        sum(agreement.times for agreement in rows),
        sum(agreement.held for agreement in rows),
        sum(agreement.wanted for agreement in rows),
    )
