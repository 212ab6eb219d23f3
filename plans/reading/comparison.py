"""Comparison of a plan's indicators with the parts of the city and with other cities, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.codes import NOT_COUNTED, Kind
from districts.models import District
from meetings.rules import ANSWER_WITHIN
from plans.codes import ActionStatus, Direction, Unit
from plans.models import CityFile, Indicator, Plan, PlanReview
from plans.queries.report_values import value_of
from plans.queries.values import Value, baseline_of
from plans.reading.pages import UNITS, IndicatorLine, indicator_lines
from plans.services.comparison import periods_of
from plans.services.comparison_document import HOUR
from practices.codes import Strand
from reports.figures.report import read_all
from reports.figures.wording import format_interval, format_period, format_value
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import Question
from reports.rules.intervals import LEAST, wilson

ENOUGH_MONTHS: Final = 6  # of data, so that a figure covers more than one quarter
CONCERNS: Final = "concerns"


@dataclass(frozen=True, slots=True)
class NumbersInWords:
    """A value in words. `text` is empty for a share of small numbers, `of` if hidden."""

    text: str
    of: str
    interval: str
    period: str


@dataclass(frozen=True, slots=True)
class Side:
    """Values of a district or city for an indicator. `why` lists reasons against a comparison."""

    name: str
    latest: NumbersInWords | None
    baseline: NumbersInWords | None = None
    months: int | None = None
    why: Sequence[str] = ()
    file: CityFile | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    line: IndicatorLine
    own: Side
    sides: Sequence[Side]

    @property
    def all(self) -> list[Side]:
        """All sides: the city first, then its parts."""
        return [self.own, *self.sides]


# --- Parts of the city ------------------------------------------------------------------------------------


def compare_districts(actor: Actor, plan: Plan) -> tuple[Period | None, list[Comparison]]:
    """Compare indicators from records in the latest quarter with the parts that the actor covers."""
    period = next(iter(periods_of(plan)), None)
    if period is None:
        return None, []
    parts = District.objects.covered_by(actor).filter(parent=plan.district_id)
    districts = tuple(parts.in_use(period.since, period.until).in_order())
    lines = _indicator_lines(plan)
    rows = _report_rows(lines, Question((period,), districts)) if districts else {}
    comparisons = []
    for line in lines:
        own_value = next((value for value in line.values if value.period == period), None)
        sides = [
            _district_side(line, district, rows.get((line.row.slug, district.code)), period)
            for district in districts
        ]
        own_side = Side(plan.district.name, _value_in_words(line.row, own_value))
        comparisons.append(Comparison(line, own_side, sides))
    return period, comparisons


def _indicator_lines(plan: Plan) -> list[IndicatorLine]:
    rows = Indicator.objects.filter(goal__plan=plan, slug__in=REPORTS, district=plan.district_id)
    ordered = rows.select_related("district", "goal__plan").order_by("goal__position", "position")
    return indicator_lines(ordered)


def _report_rows(lines: Iterable[IndicatorLine], question: Question) -> dict[tuple[str, str], Any]:
    """Rows by slug and group, with one statement for each source of reports."""
    reports = [REPORTS[slug] for slug in dict.fromkeys(line.row.slug for line in lines)]
    rows_by_slug = read_all(reports, question)
    return {(slug, row.group): row for slug, rows in rows_by_slug.items() for row in rows}


def _district_side(line: IndicatorLine, district: District, row: Any, period: Period) -> Side:
    if row is None:
        return Side(district.name, None)
    value = value_of(REPORTS[line.row.slug], line.row.measure, row)
    numbers = numbers_in_words(line.row.unit, row.n, row.of, value, period, line.row.slug, row.vintage)
    return Side(district.name, numbers)


# --- Other cities -----------------------------------------------------------------------------------------


def compare_cities(actor: Actor, plan: Plan) -> list[Comparison]:
    """Compare indicators from records with each city's latest file, verified files first."""
    files: dict[Any, CityFile] = {}
    for file in CityFile.objects.visible_to(actor).latest_first():
        files.setdefault(file.city_id, file)
    comparisons = []
    for line in _indicator_lines(plan):
        sides = [side for file in files.values() for side in _city_sides(line, file)]
        if sides:
            own_side = _own_side(line, plan.district.name)
            comparisons.append(Comparison(line, own_side, sorted([own_side, *sides], key=_city_order)))
    return comparisons


def _city_order(side: Side) -> tuple[bool, str]:
    """Sort key of a city: verified files first, then by name."""
    return side.file is not None and not side.file.is_verified, side.name.casefold()


def _own_side(line: IndicatorLine, name: str) -> Side:
    latest, baseline = (line.values[-1] if line.values else None), baseline_of(line.values)
    return Side(name, _value_in_words(line.row, latest), _value_in_words(line.row, baseline))


def _city_sides(line: IndicatorLine, file: CityFile) -> Iterator[Side]:
    """Yield the side of a file's indicator for the same figure, if any."""
    for file_indicator in file.content["indicators"]:
        if file_indicator["slug"] == line.row.slug and file_indicator["unit"] == line.row.unit:
            yield Side(
                name=str(file.city),
                latest=file_numbers_in_words(file_indicator, "latest"),
                baseline=file_numbers_in_words(file_indicator, "baseline"),
                months=file.content["context"]["months_of_data"],
                why=_reasons_not_comparable(line, file_indicator, file),
                file=file,
            )
            return


def _reasons_not_comparable(
    line: IndicatorLine, file_indicator: Mapping[str, Any], file: CityFile
) -> list[str]:
    """Return the reasons why the two cannot be compared; empty if they can."""
    context, reasons = file.content["context"], []
    if not file.is_verified:
        reasons.append(_("no one has verified that this file is from the city"))
    if file_indicator["latest"] is None:
        reasons.append(_("has no value yet"))
    elif file_indicator["latest"]["hidden"]:
        reasons.append(_("hidden, because the number is small or not for publishing"))
    if file_indicator["definition"]["version"] != REPORTS[line.row.slug].version:
        reasons.append(_("counted by another definition"))
    if context["months_of_data"] < ENOUGH_MONTHS:
        reasons.append(_("fewer than two quarters of data"))
    if context["kinds_left_out"] != sorted(kind.value for kind in NOT_COUNTED):
        reasons.append(_("counts other kinds of organisations"))
    if line.row.slug == CONCERNS and context["response_limit_hours"] != ANSWER_WITHIN // HOUR:
        hours = format_value(context["response_limit_hours"], "hours")
        reasons.append(_("answers are in time within %(hours)s there") % {"hours": hours})
    return reasons


# --- A signed review --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrozenValue:
    """Values of an indicator at the time of a signed review."""

    title: str
    baseline: NumbersInWords | None
    latest: NumbersInWords | None


def frozen_values(review: PlanReview) -> list[FrozenValue]:
    def in_words(unit: str, stated: Mapping[str, Any] | None) -> NumbersInWords | None:
        if stated is None:
            return None
        days = (date.fromisoformat(stated[name]) for name in ("period_start", "period_end"))
        numbers = (stated["n"], stated["of"], stated["value"])
        return numbers_in_words(unit, *numbers, Period(*days), vintage=stated["vintage"])

    return [
        FrozenValue(
            indicator["title"],
            *(in_words(indicator["unit"], indicator[name]) for name in ("baseline", "latest")),
        )
        for indicator in review.values
    ]


# --- A file in words --------------------------------------------------------------------------------------


def numbers_in_words(
    unit: str,
    n: float | None,
    of: float | None,
    value: float | None,
    period: Period,
    slug: str = "",
    vintage: int | None = None,
) -> NumbersInWords:
    """Return numbers in words. A share of the report `slug` has an interval only if the report has one."""
    period_text = format_period(period)
    if vintage is not None and vintage > 1:
        period_text = _("%(period)s, revised") % {"period": period_text}
    is_share = unit == Unit.SHARE
    is_of_few = is_share and of is not None and of < LEAST
    has_interval = slug not in REPORTS or REPORTS[slug].has_interval
    can_vary = is_share and has_interval and n is not None and of and not is_of_few
    return NumbersInWords(
        text="" if is_of_few or value is None else format_value(value, UNITS[Unit(unit)]),
        of=_("%(n)s of %(of)s") % {"n": round(n), "of": round(of)}
        if is_share and n is not None and of is not None
        else "",
        interval=format_interval(wilson(n, of)) if can_vary and n is not None and of else "",
        period=period_text,
    )


def _value_in_words(row: Indicator, value: Value | None) -> NumbersInWords | None:
    if value is None:
        return None
    return numbers_in_words(
        row.unit, value.n, value.total, value.value, value.period, row.slug, value.vintage
    )


def file_numbers_in_words(indicator: Mapping[str, Any], name: str) -> NumbersInWords | None:
    """Return the `baseline` or `latest` numbers of a file's indicator in words; None without a value."""
    stated = indicator[name]
    if stated is None:
        return None
    value = None if stated["value"] is None else float(stated["value"])
    slug = indicator["slug"] or ""
    return numbers_in_words(
        indicator["unit"],
        stated["n"],
        stated["of"],
        value,
        period_of(stated["period"]),
        slug,
        stated["vintage"],
    )


def period_of(stated: Mapping[str, str]) -> Period:
    return Period(*(date.fromisoformat(stated[name]) for name in ("since", "until")))


@dataclass(frozen=True, slots=True)
class FilePage:
    """A whole file for a page, before it is sent or after it was received."""

    document: Mapping[str, Any]

    @property
    def period(self) -> str:
        return format_period(period_of(self.document["period"]))

    @property
    def days(self) -> str:
        """First and last day of the plan. `ends_on` is the day after the last."""
        plan = self.document["plan"]
        return Period(date.fromisoformat(plan["starts_on"]), date.fromisoformat(plan["ends_on"])).span

    @property
    def adopted_on(self) -> date:
        return date.fromisoformat(self.document["plan"]["adopted_on"])

    @property
    def kinds_left_out(self) -> list[str]:
        """Labels of the kinds left out. A kind unknown to this system keeps its code."""
        names: dict[str, Any] = dict(Kind.choices)
        return [str(names.get(code, code)) for code in self.document["context"]["kinds_left_out"]]

    @property
    def strands(self) -> list[str]:
        used = self.document["plan"]["strands"]
        return [str(strand.label) for strand in Strand if strand in used]

    @property
    def goals(self) -> list[tuple[str, str, int | None]]:
        return [(goal["title"], _strand_label(goal), goal["eccar_point"]) for goal in self.document["goals"]]

    @property
    def actions(self) -> list[tuple[str, str, str, Mapping[str, int]]]:
        """Title, strand with practice code, status and milestones of each action."""
        return [
            (
                action["title"],
                " · ".join(filter(None, (_strand_label(action), action["practice_code"]))),
                str(ActionStatus(action["status"]).label),
                action["milestones"],
            )
            for action in self.document["actions"]
        ]

    @property
    def indicators(self) -> list[dict[str, Any]]:
        rows = []
        for indicator in self.document["indicators"]:
            target = indicator["target"]
            rows.append(
                {
                    "title": indicator["title"],
                    "slug": indicator["slug"],
                    "version": indicator["definition"] and indicator["definition"]["version"],
                    "direction": str(Direction(indicator["direction"]).label),
                    "target": format_value(float(target["value"]), UNITS[Unit(indicator["unit"])])
                    if target
                    else "",
                    **{
                        name: (
                            file_numbers_in_words(indicator, name),
                            bool(indicator[name] and indicator[name]["hidden"]),
                        )
                        for name in ("latest", "baseline")
                    },
                }
            )
        return rows


def _strand_label(goal_or_action: Mapping[str, Any]) -> str:
    return str(Strand(goal_or_action["strand"]).label)
