"""What a file of figures is asked for, as a job keeps it: codes and days, never personal data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from accounts.actors import Actor
from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS, title_of
from reports.queries.periods import Period
from reports.queries.questions import By, Question, ask

KIND: Final = "export_report"  # of the job
SCORECARD: Final = "scorecard"


@dataclass(frozen=True, slots=True)
class Asked:
    """One report (or the scorecard) of one district and period, compared with another period."""

    slug: str
    district: str
    period: Period
    before: Period
    by: By = By.DISTRICT
    all_kinds: bool = False

    @property
    def report(self) -> Report | None:
        """None for the scorecard, which is of all of them."""
        return REPORTS.get(self.slug)

    @property
    def title(self) -> str:
        return title_of(self.slug)

    @property
    def is_split(self) -> bool:
        """By community or kind."""
        return self.by != By.DISTRICT

    def question(self, actor: Actor) -> Question:
        """Raises PermissionDenied where the district is not the actor's to ask about."""
        return ask(actor, [self.period], districts=[self.district], all_kinds=self.all_kinds)

    def kept(self) -> dict[str, Any]:
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
    def of(cls, kept: Mapping[str, Any]) -> "Asked":
        """From a job's parameters."""

        def day(name: str) -> date:
            return date.fromisoformat(kept[name])

        return cls(
            slug=kept["report"],
            district=kept["district"],
            period=Period(day("since"), day("until")),
            before=Period(day("before_since"), day("before_until")),
            by=By(kept["by"]),
            all_kinds=kept["all_kinds"],
        )
