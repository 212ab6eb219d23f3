"""Coverage: organisations met in the period ÷ organisations.

A meeting with eight organisations reaches those that were present. By community, an organisation counts for
each community that it represents. By kind, it counts once.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import AS_IT_WAS, FIRST, Case, Row
from reports.queries.organisations import LAST_MET, ORGANISATIONS, TIMES_MET


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow(Row):
    """n organisations met, out of `of`."""


REPORT = Report(
    slug="coverage",
    title=_("Organisations met"),
    formula=_("Organisations met at least once in the period ÷ all organisations."),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “coverage”."),
    not_said=_("How often or how well anyone was met, or communities without an organisation."),
    row=CoverageRow,
    counts=ORGANISATIONS,
    measures=[TIMES_MET],
    fields={"n": "count(*) FILTER (WHERE times_met > 0)", "of": "count(organisation_id)"},
    lists=lambda span: {
        "n": {"met_from": span.since, "met_to": span.until},
        "rest": {"not_met_from": span.since, "not_met_to": span.until},
    },
    n_label=ngettext_lazy("met", "met"),
    of_label=ngettext_lazy("organisation", "organisations"),
    rest_label=ngettext_lazy("not met", "not met"),
    facts=(LAST_MET,),
    question=_("What share of the organisations here did we meet?"),
    example=(
        Case.counted(_("A mosque, met on 3 July and on 9 August: it counts once")),
        Case.counted(_("A women’s network, met on the last day of the period")),
        Case.not_counted(_("A Roma association, last met 3 days before the period")),
        Case.not_counted(_("A victim support service whose only meeting was cancelled")),
        Case.outside(_("A football club: culture and sport is not counted")),
        Case.outside(_("An NGO that closed during the period")),
    ),
    history=(FIRST, AS_IT_WAS),
)
