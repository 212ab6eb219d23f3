"""Every report by its slug (api.md), in the order of the scorecard. Blind spots have none: screen only."""

from typing import Final

from reports import coverage
from reports.figures import Report

REPORTS: Final[dict[str, Report]] = {report.slug: report for report in (coverage.REPORT,)}
