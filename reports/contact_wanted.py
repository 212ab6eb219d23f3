"""Contact wanted and held: how much of the contact that organisations wanted they had.

Formula: Σ min(held, wanted) ÷ Σ wanted, of organisations with a cadence: wanted = days of T ÷ their
`cadence_days` (a part of a meeting where T is short), held = their substantive meetings in T. Too much for
one never makes up for none for another. Population: active, of the kinds that count, at home in the district,
with a cadence, all at the period's end; those without one are stated beside it. Unit: meetings of one
organisation, to the hundredth. A meeting with eight organisations is one for each that was there. Source:
domain.md, "Indicators".

It does not say when in the period they were met, and it asks for the whole period also of those who came
into the book during it.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Report, Row, Tally, no_list
from reports.population import ORGANISATIONS, TIMES_MET
from reports.questions import By, Question
from reports.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWantedRow(Row):
    """n meetings held of `of` wanted, by `organisations` with a cadence, beside `without` one."""

    organisations: int
    without: int


_WANTED: Final = "(asked.until_on - asked.since_on)::numeric / dated.cadence_days AS wanted"

TALLY: Final = Tally(
    row=ContactWantedRow,
    source=ORGANISATIONS,
    measures=[TIMES_MET, _WANTED],
    fields={
        "n": "coalesce(sum(least(times_met, wanted)) FILTER (WHERE wanted IS NOT NULL), 0)::float8",
        "of": "coalesce(sum(wanted), 0)::float8",
        "organisations": "count(wanted)",
        "without": "count(organisation_id) - count(wanted)",
    },
)


def rows(question: Question) -> list[ContactWantedRow]:
    return read(TALLY, question)


REPORT = Report(
    slug="contact-wanted",
    title=_("Contact wanted and held"),
    formula=_(
        "Meetings held with each organisation, up to as many as it wanted ÷ meetings wanted: days of the "
        "period ÷ how often they want to be met. Too much for one never makes up for none for another."
    ),
    population=_(
        "Active organisations of the kinds that count, at home here at the period’s end, with whom it is "
        "agreed how often they want to be met."
    ),
    source=_("This system’s definition of “contact wanted and held”."),
    not_said=_("When in the period they were met; those with no agreement."),
    rows=rows,
    tally=TALLY,
    drill=no_list,
    ways=(By.FOCUS, By.DISTRICT, By.KIND),
    columns=(
        Column("organisations", _("organisations with an agreement"), "count"),
        Column("without", _("nothing agreed"), "count"),
    ),
    n_label=ngettext_lazy("meeting held", "meetings held"),
    of_label=ngettext_lazy("meeting wanted", "meetings wanted"),
)
