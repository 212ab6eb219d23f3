"""Recency: how long ago organisations were last met, at the period's end.

At the end, the period's last day is one day ago. The median and the 90th percentile are by nearest rank, so
each is the number of days of some organisation. An organisation that was never met has no days.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Row
from reports.queries.organisations import DAYS_SINCE_MET, LAST_MET, ORGANISATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class RecencyRow(Row):
    """n organisations ever met, out of `of`, and days since then. The days are None if n is 0."""

    median_days: int | None
    p90_days: int | None
    never_met: int


REPORT = Report(
    slug="recency",
    title=_("Days since last met"),
    formula=_(
        "Days from the last meeting to the end of the period, for half (median) and nine in "
        "ten organisations."
    ),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “recency”."),
    not_said=_(
        "Organisations never met have no number of days and are shown separately. Agreed frequency "
        "is not considered."
    ),
    row=RecencyRow,
    counts=ORGANISATIONS,
    measures=[DAYS_SINCE_MET],
    fields={
        "n": "count(days_since_met)",
        "of": "count(organisation_id)",
        "never_met": "count(organisation_id) - count(days_since_met)",
        "median_days": "percentile_disc(0.5) WITHIN GROUP (ORDER BY days_since_met)",
        "p90_days": "percentile_disc(0.9) WITHIN GROUP (ORDER BY days_since_met)",
    },
    lists=lambda span: {"n": {"met_to": span.until}, "rest": {"not_met_to": span.until}},
    is_state=True,
    columns=(
        Column("median_days", _("half within"), "days"),
        Column("p90_days", _("nine in ten within"), "days"),
        Column("never_met", _("never met"), "count"),
    ),
    measure="median_days",
    unit="days",
    better="lower",
    n_label=ngettext_lazy("ever met", "ever met"),
    of_label=ngettext_lazy("organisation", "organisations"),
    rest_label=ngettext_lazy("never met", "never met"),
    facts=(LAST_MET,),
    question=_("How long ago did we last meet the organisations here?"),
    example=(
        Case.counted(_("Met on the last day of the period: 1 day")),
        Case.counted(_("Met 12 days before the end: 12 days, which half are within")),
        Case.counted(_("Met 90 days before the end: 90 days, which nine in ten are within")),
        Case.not_counted(_("Never met: it has no number of days")),
        Case.outside(_("Met yesterday, but it moved to another district in the period")),
        Case.outside(_("A school: partners are not counted")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
