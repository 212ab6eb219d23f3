"""System check of the limits that a city sets for figures."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from reports.indicators.catalogue import REPORTS


def check_limits(**_kwargs: Any) -> list[CheckMessage]:
    """Report limits of figures that do not exist or are not of a moment, and percentages above 100."""
    return list(_errors())


def _errors() -> Iterator[CheckMessage]:
    states = {slug: report for slug, report in REPORTS.items() if report.is_state}
    for slug, limit in settings.FIGURE_LIMITS.items():
        if slug not in states:
            text = f"FIGURE_LIMITS: “{slug}” has no limit. Figures with a limit: {', '.join(states)}."
            yield Error(text, id="reports.E001")
        elif states[slug].unit == "ratio" and not 0 <= limit <= 1:
            yield Error(f"FIGURE_LIMITS: “{slug}” is a percentage. Enter {slug}=75%.", id="reports.E002")
