"""Catalogue of reports by slug, in the order of the scorecard, without blind spots, which have no slug."""

from typing import Final

from django.utils.translation import gettext as _

from reports.figures.report import Report
from reports.indicators import (
    activity,
    cadence,
    concerns,
    contact_wanted,
    continuity,
    coverage,
    data_health,
    debriefed,
    entries,
    first_contact,
    follow_ups,
    level,
    overdue,
    reassurance,
    reassured_in_time,
    recency,
    reciprocity,
    steps_in_time,
    takeaways_tried,
)

REPORTS: Final[dict[str, Report]] = {
    report.slug: report
    for report in (
        coverage.REPORT,
        recency.REPORT,
        cadence.REPORT,
        contact_wanted.REPORT,
        follow_ups.REPORT,
        overdue.REPORT,
        entries.REPORT,
        concerns.REPORT,
        concerns.LOOP_CLOSED,
        reassurance.REPORT,
        reassured_in_time.REPORT,
        first_contact.REPORT,
        steps_in_time.REPORT,
        debriefed.REPORT,
        level.REPORT,
        reciprocity.REPORT,
        takeaways_tried.REPORT,
        continuity.REPORT,
        data_health.REPORT,
        activity.REPORT,
    )
}


def title_of(slug: str) -> str:
    """Return the title of a report, or of the scorecard if no report has this slug."""
    return str(REPORTS[slug].title if slug in REPORTS else _("Scorecard"))
