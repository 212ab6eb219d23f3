"""Contents of a comparison file: titles, days and numbers of a plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from contacts.codes import NOT_COUNTED
from lib.canonical import digest_of
from meetings.rules import ANSWER_WITHIN
from plans.codes import Measure, Source
from plans.models import Action, Goal, Indicator, Plan
from plans.queries.values import Value
from plans.rules import progress_of
from plans.services import file_format
from publishing.rules.cells import TOTAL, Table
from publishing.rules.indicators import INDICATORS
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reviews.queries.definitions import made_with

HOUR: Final = timedelta(hours=1)

Key = tuple[str, str]  # quarter, slug


@dataclass(frozen=True, slots=True)
class IndicatorValues:
    """Indicator of a plan, with its baseline and its value of a period."""

    row: Indicator
    baseline: Value | None
    latest: Value | None

    @property
    def can_leave(self) -> bool:
        """Whether the figure can be published: a share or count of a public indicator, or a value by hand."""
        is_share = self.row.measure in (Measure.RATIO, Measure.N)
        return self.row.source == Source.HAND or (self.row.slug in INDICATORS and is_share)


def document_of(
    plan: Plan,
    period: Period,
    contact: str,
    indicators: Sequence[IndicatorValues],
    tables: Mapping[Key, Table],
) -> dict[str, Any]:
    """Return the contents of a comparison file. Numbers that the proof hides are None."""
    goals = list(Goal.objects.filter(plan=plan).order_by("position"))
    actions = Action.objects.filter(goal__plan=plan).select_related("goal", "practice")
    used = {goal.strand for goal in goals}
    stated = [_indicator_member(indicator, tables) for indicator in indicators]
    return {
        "format": file_format.FORMAT,
        "version": file_format.VERSION,
        "city": {"name": settings.CITY_NAME, "country": _country(), "contact": contact},
        "made_at": f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "period": _period_member(period),
        "plan": {
            "title": plan.title,
            "language": plan.language,
            **{name: getattr(plan, name).isoformat() for name in ("starts_on", "ends_on", "adopted_on")},
            "strands": sorted(used),
        },
        "goals": [
            {"title": goal.title, "strand": goal.strand, "eccar_point": goal.eccar_point} for goal in goals
        ],
        "actions": [_action_member(row, period) for row in actions.order_by("goal__position", "position")],
        "indicators": stated,
        "context": {
            "organisations_counted": _organisation_count(indicators, period, tables),
            "population": None,
            "months_of_data": _months_of_data(indicators, period),
            "response_limit_hours": ANSWER_WITHIN // HOUR,
            "kinds_left_out": sorted(kind.value for kind in NOT_COUNTED),
        },
    }


def _country() -> str:
    return str(settings.CITY_COUNTRY or settings.PHONENUMBER_DEFAULT_REGION)


def _period_member(period: Period) -> dict[str, str]:
    since, until = period.as_text
    return {"since": since, "until": until}


def _action_member(row: Action, period: Period) -> dict[str, Any]:
    progress = progress_of(row.milestones.all(), period.last_day)
    return {
        "title": row.title,
        "strand": row.goal.strand,
        "status": row.status,
        "practice_code": row.practice.code if row.practice and row.practice.is_published else None,
        "milestones": {name: getattr(progress, name) for name in ("due", "done", "moved")},
    }


def _indicator_member(indicator: IndicatorValues, tables: Mapping[Key, Table]) -> dict[str, Any]:
    row = indicator.row
    value = indicator.latest or indicator.baseline
    is_book = row.source == Source.BOOK
    return {
        "title": row.title,
        "source": row.source,
        "slug": row.slug if is_book else None,
        "definition": _definition_member(row, value) if is_book else None,
        "unit": row.unit,
        "direction": row.direction,
        "baseline": _numbers_member(indicator, indicator.baseline, tables),
        "latest": _numbers_member(indicator, indicator.latest, tables),
        "target": None
        if row.target is None
        else {"value": as_decimal_text(row.target), "on": _target_day(row)},
    }


def _definition_member(row: Indicator, value: Value | None) -> dict[str, Any]:
    """Return the definition of the kept figure with today's settings, or of the report without a value."""
    version = REPORTS[row.slug].version if row.slug in REPORTS else 1
    settings_digest = digest_of(made_with()["settings"]) if value else "0" * 64
    return {"version": (value and value.definition) or version, "settings": settings_digest}


def _target_day(row: Indicator) -> str | None:
    return row.target_on.isoformat() if row.target_on else None


def _numbers_member(
    indicator: IndicatorValues, value: Value | None, tables: Mapping[Key, Table]
) -> dict[str, Any] | None:
    if value is None:
        return None
    n, total = value.n, value.total
    if indicator.row.source == Source.HAND:
        hides_of = total is not None and total < file_format.LEAST
        hides_n = hides_of or any(0 < part < file_format.LEAST for part in _parts(n, total))
    else:
        table = (
            tables.get((value.period.since.isoformat(), indicator.row.slug)) if indicator.can_leave else None
        )
        hides_n = table is None or TOTAL in (table.hides_n or ())
        hides_of = table is None or TOTAL in (table.hides_of or ())
    return {
        "period": _period_member(value.period),
        "n": None if hides_n else as_whole_number(n),
        "of": None if hides_of else as_whole_number(total),
        "value": None if hides_n or value.value is None else as_decimal_text(value.value),
        "hidden": bool(hides_n or hides_of),
        "vintage": None if hides_n or hides_of else value.vintage,
    }


def _parts(n: float | None, total: float | None) -> list[float]:
    """Parts of a survey's number: the people counted, and the others."""
    return [] if n is None else [n] if total is None else [n, total - n]


def _organisation_count(
    indicators: Iterable[IndicatorValues], period: Period, tables: Mapping[Key, Table]
) -> int | None:
    """Number of organisations from a table of the file, so that the proof covers it; else None."""
    for indicator in indicators:
        table = tables.get((period.since.isoformat(), indicator.row.slug))
        if table and table.population == "organisations" and TOTAL not in (table.hides_of or ()):
            return table.total[1]
    return None


def _months_of_data(indicators: Iterable[IndicatorValues], period: Period) -> int:
    """Number of whole months that the figures from records go back."""
    first_days = [
        indicator.row.recorded_since or indicator.baseline.period.since
        for indicator in indicators
        if indicator.baseline
    ]
    first_days += [indicator.row.recorded_since for indicator in indicators if indicator.row.recorded_since]
    first_day = min(first_days, default=period.since)
    return max(0, (period.until.year - first_day.year) * 12 + period.until.month - first_day.month)


def as_whole_number(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None


def as_decimal_text(value: float) -> str:
    """Return a number as a text that all JSON parsers read alike."""
    return f"{value:.10f}".rstrip("0").rstrip(".")
