"""Reciprocity: meetings that the community initiated."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.codes import Initiator
from reports.figures.report import Report
from reports.queries.definitions import Case, Column, Fact, Quality, Row
from reports.queries.meetings import MEETINGS, STARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReciprocityRow(Row):
    """n meetings initiated by the community, out of `of` held."""

    by_police: int
    not_stated: int


REPORT = Report(
    slug="reciprocity",
    title=_("Meetings initiated by the community"),
    formula=_("Meetings initiated by the community ÷ meetings held."),
    population=_("All meetings held here, not including cancelled ones."),
    source=_("This system’s definition of “reciprocity”."),
    not_said=_(
        "Whether police should initiate fewer meetings: the percentage falls when officers reach out more."
    ),
    row=ReciprocityRow,
    counts=MEETINGS,
    fields={
        "of": "count(*) FILTER (WHERE status = 'held')",
        "n": "count(*) FILTER (WHERE status = 'held' AND initiated_by = 'community')",
        "by_police": "count(*) FILTER (WHERE status = 'held' AND initiated_by = 'police')",
        "not_stated": "count(*) FILTER (WHERE status = 'held' AND initiated_by = '')",
    },
    lists=lambda _span: {
        "n": {"status": "held", "initiated_by": "community"},
        "by_police": {"status": "held", "initiated_by": "police"},
    },
    columns=(
        Column("by_police", _("Initiated by police"), "count"),
        Column("not_stated", _("Not stated"), "count"),
    ),
    better=None,
    has_interval=True,
    incomplete=Quality("not_stated", _("Meetings without an initiator")),
    n_label=ngettext_lazy("initiated by the community", "initiated by the community"),
    of_label=ngettext_lazy("meeting held", "meetings held"),
    rest_label=ngettext_lazy("not initiated by the community", "not initiated by the community"),
    facts=(STARTS, Fact("initiated_by", _("Initiated by"), "initiated_by", codes=dict(Initiator.choices))),
    question=_("Who wants to meet: the community or the police?"),
    example=(
        Case.counted(_("Held, the mosque had called")),
        Case.counted(_("Held, the neighbours’ association had written")),
        Case.not_counted(_("Held, the officer had called")),
        Case.not_counted(_("Held, it is not stated who initiated the meeting")),
        Case.outside(_("Cancelled")),
        Case.outside(_("No one was reached")),
    ),
)
