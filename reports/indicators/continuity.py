"""Continuity: organisations with a lead officer and a deputy.

Changes of lead are those of the same organisations (OrganisationPeriod). An officer counts until the day on
which the account is closed. There is no figure for a single officer.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Fact, Row
from reports.queries.organisations import OFFICERS_HERE, ORGANISATIONS, TIMES_LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuityRow(Row):
    """n organisations with lead and deputy, out of `of`, and their changes of lead in the period."""

    lead_changes: int


REPORT = Report(
    slug="continuity",
    title=_("Lead and deputy in place"),
    formula=_("Organisations with a lead and a deputy officer ÷ organisations."),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “continuity”."),
    not_said=_(
        "Who they are, or whether they have met. Assigning a first lead officer is not a change of lead."
    ),
    row=ContinuityRow,
    counts=ORGANISATIONS,
    measures=[TIMES_LEFT, OFFICERS_HERE],
    fields={
        "n": "count(*) FILTER (WHERE officers_here = 2)",
        "of": "count(organisation_id)",
        "lead_changes": "coalesce(sum(times_left), 0)::int",
    },
    lists=lambda _span: {
        "n": {"has_lead_and_deputy": "true"},
        "rest": {"has_lead_and_deputy": "false"},
    },
    is_state=True,
    is_kept_at_night=True,
    columns=(Column("lead_changes", _("changes of lead officer"), "count"),),
    n_label=ngettext_lazy("with lead and deputy", "with lead and deputy"),
    of_label=ngettext_lazy("organisation", "organisations"),
    rest_label=ngettext_lazy("without lead and deputy", "without lead and deputy"),
    facts=(Fact("officers_with_account", _("Lead and deputy with an active account"), "officers_here"),),
    question=_("How many organisations know two officers?"),
    example=(
        Case.counted(_("Lead and deputy officer are assigned and active")),
        Case.not_counted(_("Only a lead officer")),
        Case.not_counted(_("Lead and deputy are assigned, but one account was closed before the end")),
        Case.not_counted(_("Neither lead nor deputy")),
        Case.outside(_("A partner such as a school")),
        Case.outside(_("An organisation that is closed")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
