"""What is known of a plan's figures elsewhere: in the parts of the city and in other cities, by name."""

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
from plans.reading.pages import UNITS, IndicatorLine, lines_of, standing
from plans.services.comparison import HOUR, periods_of
from practices.codes import Strand
from reports.figures.report import read_all
from reports.figures.wording import format_interval, format_period, format_value
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import Question
from reports.rules.intervals import LEAST, wilson

ENOUGH_MONTHS: Final = 6  # of data, so that a figure is not of one quarter
CONCERNS: Final = "concerns"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A value in words. A share of few has no `text`; `n` is empty if it is hidden."""

    text: str
    of: str
    interval: str
    period: str


@dataclass(frozen=True, slots=True)
class Side:
    """A district or a city beside the same indicator of others. `why` says why it cannot be compared."""

    name: str
    latest: Numbers | None
    baseline: Numbers | None = None
    months: int | None = None
    why: Sequence[str] = ()
    file: CityFile | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    line: IndicatorLine
    own: Side
    sides: Sequence[Side]

    @property
    def all(self) -> list[Side]:
        """The city first, then its parts."""
        return [self.own, *self.sides]


# --- Parts of the city ------------------------------------------------------------------------------------


def beside_districts(actor: Actor, plan: Plan) -> tuple[Period | None, list[Compared]]:
    """The plan's indicators from records, of the latest quarter, in the parts that the actor covers."""
    period = next(iter(periods_of(plan)), None)
    if period is None:
        return None, []
    parts = District.objects.covered_by(actor).filter(parent=plan.district_id)
    districts = tuple(parts.in_use(period.since, period.until).in_order())
    lines = _lines(plan)
    rows = _rows(lines, Question((period,), districts)) if districts else {}
    found = []
    for line in lines:
        own = next((one for one in line.values if one.period == period), None)
        sides = [_district(line, one, rows.get((line.row.slug, one.code)), period) for one in districts]
        value = numbers(line.row.unit, own.n, own.of, own.value, period) if own else None
        found.append(Compared(line, Side(plan.district.name, value), sides))
    return period, found


def _lines(plan: Plan) -> list[IndicatorLine]:
    rows = Indicator.objects.filter(goal__plan=plan, slug__in=REPORTS, district=plan.district_id)
    ordered = rows.select_related("district").prefetch_related(standing())
    return lines_of(ordered.order_by("goal__position", "position"))


def _rows(lines: Iterable[IndicatorLine], question: Question) -> dict[tuple[str, str], Any]:
    """By one statement for all that count the same."""
    reports = [REPORTS[slug] for slug in dict.fromkeys(line.row.slug for line in lines)]
    found = read_all(reports, question)
    return {(slug, row.group): row for slug, rows in found.items() for row in rows}


def _district(line: IndicatorLine, district: District, row: Any, period: Period) -> Side:
    if row is None:
        return Side(district.name, None)
    value = value_of(REPORTS[line.row.slug], line.row.measure, row)
    return Side(district.name, numbers(line.row.unit, row.n, row.of, value, period))


# --- Other cities -----------------------------------------------------------------------------------------


def beside_cities(actor: Actor, plan: Plan) -> list[Compared]:
    """The plan's indicators from records beside those of each city's latest file, verified ones first."""
    files: dict[Any, CityFile] = {}
    for file in CityFile.objects.visible_to(actor).latest_first():
        files.setdefault(file.city_id, file)
    found = []
    for line in _lines(plan):
        sides = [side for file in files.values() for side in _of_file(line, file)]
        if sides:
            own = _own(line, plan.district.name)
            found.append(Compared(line, own, sorted([own, *sides], key=_place)))
    return found


def _place(side: Side) -> tuple[bool, str]:
    """Where a city stands among others: after all that are verified if it is not, then by name."""
    return side.file is not None and not side.file.is_verified, side.name.casefold()


def _own(line: IndicatorLine, name: str) -> Side:
    latest, baseline = (
        (line.values[-1] if line.values else None),
        next((one for one in line.values if one.is_baseline), None),
    )

    def said(value: Any) -> Numbers | None:
        return numbers(line.row.unit, value.n, value.of, value.value, value.period) if value else None

    return Side(name, said(latest), said(baseline))


def _of_file(line: IndicatorLine, file: CityFile) -> Iterator[Side]:
    """The indicator of a file that is of the same figure."""
    for one in file.content["indicators"]:
        if one["slug"] == line.row.slug and one["unit"] == line.row.unit:
            yield Side(
                name=str(file.city),
                latest=numbers_of(one["unit"], one["latest"]),
                baseline=numbers_of(one["unit"], one["baseline"]),
                months=file.content["context"]["months_of_data"],
                why=_why_not(line, one, file),
                file=file,
            )
            return


def _why_not(line: IndicatorLine, one: Mapping[str, Any], file: CityFile) -> list[str]:
    """Return why the two cannot be compared; empty if they can."""
    context, found = file.content["context"], []
    if not file.is_verified:
        found.append(_("no one has verified that this file is from the city"))
    if one["latest"] is None:
        found.append(_("has no value yet"))
    elif one["latest"]["hidden"]:
        found.append(_("hidden, because the number is small or not for publishing"))
    if one["definition"]["version"] != REPORTS[line.row.slug].version:
        found.append(_("counted by another definition"))
    if context["months_of_data"] < ENOUGH_MONTHS:
        found.append(_("fewer than two quarters of data"))
    if context["kinds_left_out"] != sorted(kind.value for kind in NOT_COUNTED):
        found.append(_("counts other kinds of organisations"))
    if line.row.slug == CONCERNS and context["response_limit_hours"] != ANSWER_WITHIN // HOUR:
        hours = format_value(context["response_limit_hours"], "hours")
        found.append(_("answers are in time within %(hours)s there") % {"hours": hours})
    return found


# --- A signed review --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrozenValue:
    """An indicator as it was when a review was signed."""

    title: str
    baseline: Numbers | None
    latest: Numbers | None


def frozen_values(review: PlanReview) -> list[FrozenValue]:
    def said(unit: str, stated: Mapping[str, Any] | None) -> Numbers | None:
        if stated is None:
            return None
        days = (date.fromisoformat(stated[name]) for name in ("period_start", "period_end"))
        return numbers(unit, stated["n"], stated["of"], stated["value"], Period(*days))

    return [
        FrozenValue(one["title"], *(said(one["unit"], one[name]) for name in ("baseline", "latest")))
        for one in review.values
    ]


# --- A file in words --------------------------------------------------------------------------------------


def numbers(unit: str, n: float | None, of: float | None, value: float | None, period: Period) -> Numbers:
    is_share = unit == Unit.SHARE
    is_of_few = is_share and of is not None and of < LEAST
    can_vary = is_share and n is not None and of and not is_of_few
    return Numbers(
        text="" if is_of_few or value is None else format_value(value, UNITS[Unit(unit)]),
        of=_("%(n)s of %(of)s") % {"n": round(n), "of": round(of)}
        if is_share and n is not None and of is not None
        else "",
        interval=format_interval(wilson(n, of)) if can_vary and n is not None and of else "",
        period=format_period(period),
    )


def numbers_of(unit: str, stated: Mapping[str, Any] | None) -> Numbers | None:
    """What a file states."""
    if stated is None:
        return None
    value = None if stated["value"] is None else float(stated["value"])
    return numbers(unit, stated["n"], stated["of"], value, period_of(stated["period"]))


def period_of(stated: Mapping[str, str]) -> Period:
    return Period(*(date.fromisoformat(stated[name]) for name in ("since", "until")))


@dataclass(frozen=True, slots=True)
class FilePage:
    """A whole file as a page shows it, before it leaves or after it came."""

    document: Mapping[str, Any]

    @property
    def period(self) -> str:
        return format_period(period_of(self.document["period"]))

    @property
    def days(self) -> str:
        """The first and last day of the plan: `ends_on` is the day after."""
        plan = self.document["plan"]
        return Period(date.fromisoformat(plan["starts_on"]), date.fromisoformat(plan["ends_on"])).span

    @property
    def adopted_on(self) -> date:
        return date.fromisoformat(self.document["plan"]["adopted_on"])

    @property
    def kinds_left_out(self) -> list[str]:
        """In words. A kind that only the other city knows is its code."""
        names: dict[str, Any] = dict(Kind.choices)
        return [str(names.get(code, code)) for code in self.document["context"]["kinds_left_out"]]

    @property
    def strands(self) -> list[str]:
        used = self.document["plan"]["strands"]
        return [str(one.label) for one in Strand if one in used]

    @property
    def goals(self) -> list[tuple[str, str, int | None]]:
        return [(one["title"], _strand(one), one["eccar_point"]) for one in self.document["goals"]]

    @property
    def actions(self) -> list[tuple[str, str, str, Mapping[str, int]]]:
        """Title, the strand with the code of its practice, status and milestones."""
        return [
            (
                one["title"],
                " · ".join(filter(None, (_strand(one), one["practice_code"]))),
                str(ActionStatus(one["status"]).label),
                one["milestones"],
            )
            for one in self.document["actions"]
        ]

    @property
    def indicators(self) -> list[dict[str, Any]]:
        found = []
        for one in self.document["indicators"]:
            target = one["target"]
            found.append(
                {
                    "title": one["title"],
                    "slug": one["slug"],
                    "version": one["definition"] and one["definition"]["version"],
                    "direction": str(Direction(one["direction"]).label),
                    "target": format_value(float(target["value"]), UNITS[Unit(one["unit"])])
                    if target
                    else "",
                    **{
                        name: (numbers_of(one["unit"], one[name]), bool(one[name] and one[name]["hidden"]))
                        for name in ("latest", "baseline")
                    },
                }
            )
        return found


def _strand(one: Mapping[str, Any]) -> str:
    return str(Strand(one["strand"]).label)
