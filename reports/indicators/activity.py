"""Activity: meetings held per week.

Meetings that were cancelled, reached no one or are not updated yet have columns of their own. A running
period counts the days up to today. See docs/method.md, "Activity".
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.codes import MeetingStatus
from reports.figures.report import Report
from reports.queries.definitions import ENDS_NOW, FIRST, Case, Column, Fact, Quality, Row
from reports.queries.meetings import MEETINGS, STARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow(Row):
    """n meetings held, out of `of` meetings due by now. `days` of the period have begun."""

    cancelled: int
    not_reached: int
    unsettled: int
    entered_late: int
    days: int

    @property
    def per_week(self) -> float | None:
        return self.n * 7 / self.days if self.days else None


_BECAME: Final = dict(MeetingStatus.choices) | {"unsettled": _("past, not yet updated")}
_IS_LATE: Final = "created_at > starts_at + interval '7 days'"

REPORT = Report(
    slug="activity",
    title=_("Meetings held"),
    formula=_("Meetings held ÷ weeks of the period that have begun."),
    population=_(
        "All meetings here that were due to take place by now. Cancelled meetings are shown separately."
    ),
    source=_("This system’s definition of “activity”."),
    not_said=_("What the meetings achieved. More meetings is not a goal in itself."),
    row=ActivityRow,
    counts=MEETINGS,
    measures=[
        "CASE WHEN status = 'planned' AND starts_at < %(now)s THEN 'unsettled' ELSE status END AS became"
    ],
    fields={
        "n": "count(*) FILTER (WHERE became = 'held')",
        "of": "count(*) FILTER (WHERE became IN ('held', 'cancelled', 'not_reached', 'unsettled'))",
        "cancelled": "count(*) FILTER (WHERE became = 'cancelled')",
        "not_reached": "count(*) FILTER (WHERE became = 'not_reached')",
        "unsettled": "count(*) FILTER (WHERE became = 'unsettled')",
        "entered_late": f"count(*) FILTER (WHERE became = 'held' AND {_IS_LATE})",
        "days": "max(until_on) - max(since_on)",
    },
    lists=lambda _span: {
        "n": {"status": "held"},
        "cancelled": {"status": "cancelled"},
        "not_reached": {"status": "not_reached"},
    },
    columns=(
        Column("per_week", _("Per week"), "per_week"),
        Column("cancelled", _("Cancelled"), "count"),
        Column("not_reached", _("Not reached"), "count"),
        Column("unsettled", _("Past, not yet updated"), "count"),
        Column("entered_late", _("Entered more than 7 days later"), "count"),
    ),
    measure="per_week",
    unit="per_week",
    better=None,
    incomplete=Quality("unsettled", _("Past meetings that are not yet updated")),
    late_entry=Quality("entered_late", _("Meetings entered more than 7 days later"), ("n",)),
    n_label=ngettext_lazy("meeting held", "meetings held"),
    of_label=ngettext_lazy("that was due to take place", "that were due to take place"),
    rest_label=ngettext_lazy("not held", "not held"),
    facts=(STARTS, Fact("became", _("What became of it"), "became", codes=_BECAME)),
    question=_("How many meetings do we hold?"),
    example=(
        Case.counted(_("Held")),
        Case.counted(_("Held with eight organisations: one meeting")),
        Case.not_counted(_("No one was reached")),
        Case.not_counted(_("Planned for yesterday, not updated since")),
        Case.not_counted(_("Cancelled")),
        Case.outside(_("Planned for a future day")),
    ),
    history=(FIRST, ENDS_NOW),
)
