"""First contact: minutes until someone at the affected place was reached.

The median and the 90th percentile are by nearest rank, so each is the number of full minutes of some
incident. A place that was not reached has no minutes.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import Case, Column, Fact, Row
from reports.queries.incidents import FIRST, INCIDENTS, STARTED, WITHDRAWN, WITHDRAWN_COLUMN


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContactRow(Row):
    """n incidents whose place was reached, out of `of` with a place to call. Minutes are None if n is 0."""

    median_minutes: int | None
    p90_minutes: int | None
    place_declined: int
    place_refused: int
    withdrawn: int


_TO_CALL: Final = "what = 'began' AND due_at IS NOT NULL"

REPORT = Report(
    slug="first-contact",
    title=_("Time until the affected place was reached"),
    formula=_(
        "Minutes from the start of an incident until someone at the affected place was reached, for half "
        "(median) and nine in ten of the incidents."
    ),
    population=_("Incidents that began here and have an affected place that was to be called or visited."),
    source=_("This system’s incident protocols; one English force aims to visit within 24 hours."),
    not_said=_(
        "Places that were not reached have no number of minutes. The figure does not say whether a shorter "
        "time helped."
    ),
    row=FirstContactRow,
    counts=INCIDENTS,
    measures=[
        f"CASE WHEN {_TO_CALL} THEN floor(extract(epoch FROM done_at - started_at) / 60)::int END AS minutes"
    ],
    fields={
        "of": f"count(*) FILTER (WHERE {_TO_CALL})",
        "n": "count(minutes)",
        "median_minutes": "percentile_disc(0.5) WITHIN GROUP (ORDER BY minutes)",
        "p90_minutes": "percentile_disc(0.9) WITHIN GROUP (ORDER BY minutes)",
        "place_declined": f"count(*) FILTER (WHERE {_TO_CALL} AND became = 'declined')",
        "place_refused": "count(*) FILTER (WHERE place_refused)",
        "withdrawn": WITHDRAWN,
    },
    lists=lambda _span: {},
    columns=(
        Column("median_minutes", _("half within"), "minutes"),
        Column("p90_minutes", _("nine in ten within"), "minutes"),
        Column("place_declined", _("Declined"), "count"),
        Column("place_refused", _("Asked not to be contacted"), "count"),
        WITHDRAWN_COLUMN,
    ),
    measure="median_minutes",
    unit="minutes",
    better="lower",
    n_label=ngettext_lazy("place reached", "places reached"),
    of_label=ngettext_lazy("incident with a place", "incidents with a place"),
    rest_label=ngettext_lazy("place not reached", "places not reached"),
    facts=(STARTED, Fact("reached_at_utc", _("Reached"), "done_at")),
    question=_("How soon do we reach the place that was hit?"),
    example=(
        Case.counted(_("Reached by phone after 12 minutes, visited after 2 hours: 12 minutes")),
        Case.counted(_("Message left after 10 minutes, reached after 45 minutes: 45 minutes")),
        Case.counted(_("Visited after 26 hours: 1,560 minutes")),
        Case.not_counted(_("Two calls without an answer: it has no number of minutes")),
        Case.not_counted(_("Declined: it is shown separately")),
        Case.outside(_("Graffiti in a street: no place to call")),
    ),
    history=(FIRST,),
)
