"""Debriefed: closed incidents with a signed debrief, and the answers of organisations in it.

An incident counts in the period in which it was closed, unless it was reopened before the period's end.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import Case, Column, Fact, Row
from reports.queries.incidents import FIRST, INCIDENTS, STARTED, WITHDRAWN, WITHDRAWN_COLUMN


@dataclass(frozen=True, slots=True, kw_only=True)
class DebriefedRow(Row):
    """n incidents with a signed debrief, out of `of` closed. `voices` are the organisations asked."""

    waived: int
    voices: int
    voices_in_time: int
    withdrawn: int


REPORT = Report(
    slug="debriefed",
    title=_("Incidents with a debrief"),
    formula=_("Closed incidents with a signed debrief ÷ incidents closed in the period."),
    population=_("All incidents that began here, also those whose protocol has no debrief."),
    source=_("This system’s incident protocols; after-action reviews of the National Police Foundation."),
    not_said=_("Whether anything was changed afterwards. Organisations that were asked are not a sample."),
    row=DebriefedRow,
    counts=INCIDENTS,
    fields={
        "of": "count(*) FILTER (WHERE what = 'closed')",
        "n": "count(*) FILTER (WHERE what = 'closed' AND became = 'signed')",
        "waived": "count(*) FILTER (WHERE what = 'closed' AND became = 'waived')",
        "voices": "coalesce(sum(voices), 0)::int",
        "voices_in_time": "coalesce(sum(voices_in_time), 0)::int",
        "withdrawn": WITHDRAWN,
    },
    lists=lambda _span: {},
    columns=(
        Column("waived", _("Closed with a reason instead"), "count"),
        Column("voices", _("Organisations asked"), "count"),
        Column("voices_in_time", _("of which reached in time, as they see it"), "count"),
        WITHDRAWN_COLUMN,
    ),
    has_interval=True,
    n_label=ngettext_lazy("with a debrief", "with a debrief"),
    of_label=ngettext_lazy("incident closed", "incidents closed"),
    rest_label=ngettext_lazy("without a debrief", "without a debrief"),
    facts=(
        STARTED,
        Fact("closed_at_utc", _("Closed"), "done_at"),
        Fact(
            "debrief",
            _("Debrief"),
            "became",
            codes={"signed": _("signed"), "waived": _("a reason instead")},
        ),
    ),
    question=_("Do we look back at an incident with those who were there?"),
    example=(
        Case.counted(_("Closed on 9 August, debrief signed on 8 August")),
        Case.counted(_("Debrief signed, no organisation was asked")),
        Case.not_counted(_("Closed with a reason why there is no debrief")),
        Case.not_counted(_("The protocol asks for no debrief, and none was signed")),
        Case.outside(_("Debrief signed, but still open")),
        Case.outside(_("Closed in the period and reopened before its end")),
    ),
    history=(FIRST,),
)
