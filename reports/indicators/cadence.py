"""Cadence: organisations met as often as agreed, at the period's end.

At the end, the period's last day is one day ago. An organisation with a cadence that was never met is not met
within it. The indicator contact wanted has the meetings throughout the period.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Quality, Row
from reports.queries.organisations import CADENCE, DAYS_SINCE_MET, LAST_MET, ORGANISATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRow(Row):
    """n organisations met within their cadence, out of `of` with a cadence. `without` have none."""

    without: int


REPORT = Report(
    slug="cadence",
    title=_("Met at the agreed frequency"),
    formula=_("Organisations last met within the agreed time ÷ organisations with an agreed frequency."),
    population=_(
        "Active organisations of the kinds that count, based here at the end of the period, with "
        "an agreed frequency."
    ),
    source=_("This system’s definition of “cadence” (agreed frequency)."),
    not_said=_(
        "Whether they were met as often throughout the period, or organisations with no agreed frequency."
    ),
    row=CadenceRow,
    counts=ORGANISATIONS,
    measures=[DAYS_SINCE_MET],
    fields={
        "n": "count(*) FILTER (WHERE days_since_met <= cadence_days)",
        "of": "count(cadence_days)",
        "without": "count(organisation_id) - count(cadence_days)",
    },
    lists=lambda _span: {
        "n": {"within_cadence": "true"},
        "rest": {"within_cadence": "false"},
        "without": {"has_cadence": "false"},
    },
    is_state=True,
    columns=(Column("without", _("nothing agreed"), "count"),),
    incomplete=Quality("without", _("Organisations with no agreed frequency"), ("of", "without")),
    n_label=ngettext_lazy("met within the agreed time", "met within the agreed time"),
    of_label=ngettext_lazy("with an agreed frequency", "with an agreed frequency"),
    rest_label=ngettext_lazy("not met within the agreed time", "not met within the agreed time"),
    facts=(LAST_MET, CADENCE),
    question=_("How many organisations do we meet as often as agreed?"),
    example=(
        Case.counted(_("Agreed: every 30 days; last met 30 days before the end")),
        Case.counted(_("Agreed: every 90 days; last met 31 days before the end")),
        Case.not_counted(_("Agreed: every 30 days; last met 31 days before the end")),
        Case.not_counted(_("Agreed: every 60 days; never met")),
        Case.outside(_("No agreed frequency; it is shown as “nothing agreed”")),
        Case.outside(_("Agreed: every 30 days, but the organisation is closed")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
