"""Frozen figures as a page shows them: read from the audit, never counted again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from districts.models import District
from reports.catalogue import REPORTS
from reports.figures import Report, Text
from reports.wording import NOT_APPLICABLE, name_group, say, say_own
from reviews.models import FrozenFigure


@dataclass(frozen=True, slots=True)
class Frozen:
    """One row; `report` is None where that report is no longer made."""

    figure: FrozenFigure
    report: Report | None
    name: str

    @property
    def title(self) -> Text:
        return self.report.title if self.report else self.figure.slug

    @property
    def value(self) -> str:
        """What the report measures: a share, days, a number."""
        if self.report is None:
            return str(NOT_APPLICABLE)
        measure = self.report.measure
        value = self.figure.ratio if measure == "ratio" else self.figure.columns.get(measure)
        return say(value, self.report.unit)

    @property
    def n_of(self) -> str:
        return _("%(n)s of %(of)s") % {"n": say(self.figure.n, "count"), "of": say(self.figure.of, "count")}

    @property
    def rows(self) -> int:
        """How many objects it is of; only asked where their ids are kept."""
        adds_up = self.report.adds_up if self.report else ""
        return round(self.figure.columns[adds_up] if adds_up else self.figure.n)

    @property
    def is_share(self) -> bool:
        return self.report is None or self.report.unit == "ratio"

    @property
    def columns(self) -> list[tuple[Text, str]]:
        columns = self.report.columns if self.report else ()
        return [(one.label, say_own(self.figure.columns.get(one.name), one.unit)) for one in columns]


def as_shown(figures: Iterable[FrozenFigure], districts: Mapping[str, District]) -> list[Frozen]:
    return [Frozen(row, REPORTS.get(row.slug), name_group(row.group, dict(districts))) for row in figures]
