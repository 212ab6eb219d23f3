"""Parameters of a file of figures, as a background task stores them: codes and days, no personal data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from accounts.actors import Actor
from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS, title_of
from reports.queries.periods import Period
from reports.queries.questions import By, Question, ask

KIND: Final = "export_report"  # of the background task
SCORECARD: Final = "scorecard"


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """Report or scorecard of a district and period, compared with another period."""

    slug: str
    district: str
    period: Period
    before: Period
    by: By = By.DISTRICT
    all_kinds: bool = False

    @property
    def report(self) -> Report | None:
        """Return the report, or None for the scorecard, which has all reports."""
        return REPORTS.get(self.slug)

    @property
    def title(self) -> str:
        return title_of(self.slug)

    @property
    def is_split(self) -> bool:
        """Whether the figure is split by community or kind."""
        return self.by != By.DISTRICT

    def question(self, actor: Actor) -> Question:
        """Build the question. Raises PermissionDenied if the actor does not cover the district."""
        return ask(actor, [self.period], districts=[self.district], all_kinds=self.all_kinds)

    def parameters(self) -> dict[str, Any]:
        return {
            "report": self.slug,
            "district": self.district,
            "since": self.period.since,
            "until": self.period.until,
            "before_since": self.before.since,
            "before_until": self.before.until,
            "by": self.by.value,
            "all_kinds": self.all_kinds,
        }

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "FigureRequest":
        """Read the request from the parameters of a background task."""

        def day(name: str) -> date:
            return date.fromisoformat(parameters[name])

        return cls(
            slug=parameters["report"],
            district=parameters["district"],
            period=Period(day("since"), day("until")),
            before=Period(day("before_since"), day("before_until")),
            by=By(parameters["by"]),
            all_kinds=parameters["all_kinds"],
        )
