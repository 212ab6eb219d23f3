"""Definitions of figures: the title, the method and the columns of a report when it was frozen."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.codes import NOT_COUNTED
from reports.figures.report import Report
from reports.figures.wording import NOT_APPLICABLE, format_interval, format_own_value, format_value, label_of
from reports.indicators.catalogue import REPORTS
from reports.rules.intervals import LEAST, wilson
from reviews.models import FrozenFigure

_NO_SHAPE: Final[dict[str, Any]] = {"has_interval": False, "spread": []}
_TEXTS = ("title", "formula", "population", "source", "not_said")


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of one of the report's own columns."""

    name: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Definition of one report. An older audit has the definition of today (`is_frozen` is False)."""

    slug: str
    title: str
    formula: str
    population: str
    source: str
    not_said: str
    measure: str
    unit: str
    adds_up: str
    has_interval: bool
    spread: tuple[str, ...]
    columns: tuple[Heading, ...]
    is_frozen: bool

    @classmethod
    def read(cls, slug: str, stored: Mapping[str, Any], *, is_frozen: bool = True) -> Self:
        """Read a definition from its stored form. `_shape` fills what older audits did not store."""
        columns = tuple(Heading(**column) for column in stored["columns"])
        names = (*_TEXTS, "measure", "unit", "adds_up")
        shape = _shape(REPORTS[slug]) if slug in REPORTS else _NO_SHAPE
        shape |= {name: stored[name] for name in shape.keys() & stored.keys()}
        return cls(
            slug=slug,
            columns=columns,
            is_frozen=is_frozen,
            has_interval=shape["has_interval"],
            spread=tuple(shape["spread"]),
            **{name: stored[name] for name in names},
        )

    def value_of(self, figure: FrozenFigure) -> str:
        """Return the measured value: a share with its interval, days, a number, or a distribution.

        A share of few records is replaced by a note that only counts are shown, as on report pages.
        """
        if self.spread and figure.of:
            labels = {column.name: column.label for column in self.columns}
            numbers = [(labels.get(name, name), figure.columns.get(name)) for name in self.spread]
            return " · ".join(f"{label} {format_value(n, 'count')}" for label, n in numbers if n) or str(
                NOT_APPLICABLE
            )
        if self.unit == "ratio" and 0 < figure.of < LEAST:
            return _("fewer than %(least)s: counts only") % {"least": LEAST}
        if self.has_interval and figure.of and figure.ratio is not None:
            interval = format_interval(wilson(figure.n, figure.of))
            return f"{format_value(figure.ratio, self.unit)} ({interval})"
        own_values = {"ratio": figure.ratio, "n": figure.n}
        value = own_values[self.measure] if self.measure in own_values else figure.columns.get(self.measure)
        return format_value(value, self.unit)

    def columns_of(self, figure: FrozenFigure) -> list[tuple[str, str]]:
        """Return the headings of the report's own columns, each with the figure's value."""
        return [
            (column.label, format_own_value(figure.columns.get(column.name), column.unit))
            for column in self.columns
        ]


def n_of(figure: FrozenFigure) -> str:
    numbers = _("%(n)s of %(of)s") % {
        "n": format_value(figure.n, "count"),
        "of": format_value(figure.of, "count"),
    }
    return _("%(figure)s, revised") % {"figure": numbers} if figure.vintage > 1 else numbers


def vintage_note(figures: Iterable[FrozenFigure]) -> str:
    """Return whether the audit's figures are kept ones or were counted for it."""
    if all(figure.vintage for figure in figures):
        return _("The figures are those that were kept when the period was final.")
    return _("The figures were counted when the audit began.")


def definitions_now() -> dict[str, Any]:
    """Return the definitions of all reports to store, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return {slug: _stored_definition(report) for slug, report in REPORTS.items()}


def _shape(report: Report) -> dict[str, Any]:
    """Return the properties of a report that decide how its figure is formatted."""
    return {"has_interval": report.has_interval, "spread": list(report.spread)}


def _stored_definition(report: Report) -> dict[str, Any]:
    return {
        **{name: str(getattr(report, name)) for name in _TEXTS},
        "measure": report.measure,
        "unit": report.unit,
        "adds_up": report.adds_up,
        **_shape(report),
        "version": report.version,
        "n": label_of(report.n_label),
        "of": label_of(report.of_label),
        "columns": [
            {"name": column.name, "label": str(column.label), "unit": column.unit}
            for column in report.columns
        ],
    }


def definition_of(stored: Mapping[str, Any], slug: str) -> Definition | None:
    """Return the stored definition; for an older audit that of today; None if the report is gone."""
    if slug in stored:
        return Definition.read(slug, stored[slug])
    return (
        Definition.read(slug, _stored_definition(REPORTS[slug]), is_frozen=False) if slug in REPORTS else None
    )


def made_with() -> dict[str, Any]:
    """Return the version, code and settings on which figures depend, to store."""
    return {
        "version": _version(),
        "reports_sha256": _digest_of_reports(),
        "settings": {
            "TIME_ZONE": settings.TIME_ZONE,
            "LANGUAGE_CODE": settings.LANGUAGE_CODE,
            "FIGURES_PROVISIONAL_DAYS": settings.FIGURES_PROVISIONAL_DAYS,
            "FIGURE_LIMITS": {slug: str(limit) for slug, limit in settings.FIGURE_LIMITS.items()},
            "kinds_not_counted": sorted(kind.value for kind in NOT_COUNTED),
        },
    }


@lru_cache
def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])


@lru_cache
def _digest_of_reports() -> str:
    """Return the SHA-256 of `sha256sum` of all Python files in reports/: the revision of the counting."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(settings.BASE_DIR).as_posix()}\n"
        for file in sorted((settings.BASE_DIR / "reports").rglob("*.py"))
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
