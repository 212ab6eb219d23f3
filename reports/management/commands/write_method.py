"""`manage.py write_method`: write docs/method.md, the definitions of all figures."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from reports.figures.report import Report
from reports.figures.scorecard import GROUPS
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Case
from reports.queries.statuses import MEANINGS

PAGE = settings.BASE_DIR / "docs" / "method.md"


class Command(BaseCommand):
    help = "Write docs/method.md from the definitions of the indicators."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(method_page())
        self.stdout.write("Written: docs/method.md")


def method_page() -> str:
    """Return the page, in the language the texts are written in."""
    with translation.override(settings.LANGUAGE_CODE):
        return "\n".join(_page_lines()) + "\n"


def _page_lines() -> Iterator[str]:
    yield from (
        "# How the figures are counted",
        "",
        "`manage.py write_method` writes this page from the definitions in `reports/indicators/`. In the",
        "menu of the scorecard, “How figures are counted” (`/reports/method/`) shows each SQL statement.",
        "`manage.py explain_report SLUG --district CODE --from DAY --to DAY` prints a statement with its",
        "values. Run in psql, it yields the kept figure: vintage 1, and after a revision the newest vintage.",
    )
    yield from ("", "## Status", "")
    yield from (f"- **{status.label}:** {meaning}" for status, meaning in MEANINGS.items())
    for title, slugs in GROUPS:
        yield from ("", f"## {title}")
        for slug in slugs:
            yield from _indicator_lines(REPORTS[slug])


def _indicator_lines(report: Report) -> Iterator[str]:
    question_text = f"{report.question} (`{report.slug}`, version {report.version})"
    yield from ("", f"### {report.title}", "", question_text, "")
    yield f"- **What is counted:** {report.formula}"
    yield f"- **Out of:** {report.population}"
    yield f"- **When:** {report.moment}"
    yield f"- **Does not show:** {report.not_said}"
    if qualities := [quality for quality in (report.incomplete, report.late_entry) if quality]:
        yield f"- **Quality of the records:** {'; '.join(str(quality.label) for quality in qualities)}"
    yield f"- **Source:** {report.source}"
    yield from ("", f"Example: {report.result}.", "", "| Case | In the figure |", "|---|---|")
    for case in report.example:
        yield f"| {case.facts} | {_verdict(case)} |"
    yield ""
    yield from (f"- {revision.since}: {revision.change}" for revision in report.history)


def _verdict(case: Case) -> str:
    if case.is_counted:
        return "counted"
    return "only in the total" if case.is_in_total else "not in the figure"
