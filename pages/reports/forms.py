"""Forms for a report's district, period and comparison, all from the URL."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.codes import Kind
from districts.codes import Focus
from districts.models import District, PeriodNote
from lib.days import city_today, is_plausible_day
from meetings.codes import ConcernKind, FollowUpKind, MeetingKind
from meetings.queries.district_profile import LATELY_DAYS
from pages.districts.forms import DistrictSelect, district_label, in_tree
from pages.forms.fields import fields_of
from reports.figures.kept_rows import status_with
from reports.figures.parts import IN_SEVERAL
from reports.figures.report import Report
from reports.figures.wording import format_so_far, reconstruction_note, short_period
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, PeriodInFuture, month_of, quarter_of, year_of
from reports.queries.questions import IN_NO_PART, By, Question
from reports.queries.statuses import MEANINGS, Status

FREE: Final = "free"
LATELY: Final = "90d"
PERIOD: Final = frozenset({"period", "from", "to"})
SIDE_BY_SIDE: Final = "-"  # no code of a district
MAX_DAYS: Final = 1_100  # three years; longer periods say little
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TICK = forms.CheckboxInput(attrs={"value": "true"})

_NAMED = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")

Choice = tuple[str, Any]
GROUPS: Final = (Focus, Kind, MeetingKind, ConcernKind, FollowUpKind)  # codes of a report's groups


def period_named(code: str, today: date) -> Period | None:
    """Parse a period's code: `2026`, `2026-Q3`, `2026-09` or `90d`. None for other text."""
    if code == LATELY:
        return Period(today - timedelta(days=LATELY_DAYS - 1), today + timedelta(days=1))
    match = _NAMED.fullmatch(code)
    if match is None or not is_plausible_day(date(max(int(match[1]), 1), 1, 1)):
        return None
    year = int(match[1])
    if match[2]:
        return quarter_of(date(year, int(match[2]) * 3, 1))
    return month_of(date(year, int(match[3]), 1)) if match[3] else year_of(date(year, 1, 1))


def name_of(period: Period) -> str:
    """The code of a period, for `period_named`, or `free` for other dates."""
    first_day = period.since
    for period_of, code in (
        (month_of, f"{first_day:%Y-%m}"),
        (quarter_of, f"{first_day.year:04}-Q{(first_day.month + 2) // 3}"),
        (year_of, f"{first_day.year:04}"),
    ):
        if period_of(first_day) == period:
            return code
    return FREE


@dataclass(frozen=True, slots=True)
class Step:
    """A link to the period before or after the one shown."""

    period: Period
    query: str
    is_later: bool

    @property
    def label(self) -> str:
        return short_period(self.period)


class PeriodForm(forms.Form):
    """A named period, or free dates (`from`, `to`, half-open as everywhere)."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    all_kinds = forms.BooleanField(
        label=gettext_lazy("Include partners and clubs"), required=False, widget=TICK
    )

    def __init__(
        self, parameters: Mapping[str, str], districts: Iterable[District], *, default: str = ""
    ) -> None:
        """`districts` are those the reader covers, each before its parts."""
        self.ground = list(districts)
        self.today = today = city_today()
        default = default or name_of(quarter_of(today).previous())  # figures of a running quarter are too low
        free = bool(parameters.get("from") or parameters.get("to"))
        data = {"period": FREE if free else default} | dict(parameters)
        super().__init__(data)
        self.asked: Period | None = None
        self.revised: list[Report] = []  # whose figures were revised
        self.fields["from"] = forms.DateField(label=gettext_lazy("From"), required=False, widget=DAY)
        self.fields["to"] = forms.DateField(label=gettext_lazy("Before"), required=False, widget=DAY)
        self.fields["period"].choices = list(_periods(today, str(data["period"])))  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("period") == FREE:
            self.asked = self._free(cleaned.get("from"), cleaned.get("to"))
        elif "period" in cleaned:
            self.asked = period_named(cleaned["period"], self.today)
        if self.asked is not None:
            try:
                self.asked.so_far(self.today)
            except PeriodInFuture as error:
                self.add_error("from" if cleaned.get("period") == FREE else "period", error)
            self._check_ground(self.asked, cleaned.get("district"))
        return cleaned

    def _check_ground(self, period: Period, code: str | None) -> None:
        """A district that was redrawn has figures until that day, its successor from that day on."""
        chosen = next((row for row in self.ground if row.code == code), None)
        self.ground = [row for row in self.ground if row.is_in_use(period.since, period.until)]
        if chosen and chosen not in self.ground:
            self.ground.append(chosen)
            day = chosen.closed_on or chosen.opened_on
            text = _("This district was redrawn on %(day)s. Choose another district or period.")
            self.add_error("district", text % {"day": date_format(day, "DATE_FORMAT") if day else ""})

    def _free(self, since: date | None, until: date | None) -> Period | None:
        for name, day in (("from", since), ("to", until)):
            if name not in self.errors and (day is None or not is_plausible_day(day)):
                self.add_error(name, ValidationError(_("Choose a date."), code="required"))
        if since is None or until is None or self.errors:
            return None
        if until <= since:
            self.add_error(
                "to", ValidationError(_("The end of the period must be after its start."), code="order")
            )
            return None
        if (until - since).days > MAX_DAYS:
            self.add_error("to", ValidationError(_("A period can be up to 3 years."), code="too_long"))
            return None
        return Period(since, until)

    @property
    def chosen(self) -> Period:
        """The period of a valid form."""
        assert self.asked is not None  # noqa: S101 (the form is valid)
        return self.asked

    @property
    def before(self) -> Period:
        """The period to compare with."""
        return self.chosen.previous()

    def question(self) -> Question:
        """Return the question for the chosen districts, without periods; all are the reader's."""
        return Question((), tuple(self.districts), all_kinds=self.cleaned_data["all_kinds"])

    @property
    def districts(self) -> list[District]:
        """The districts whose figures are shown."""
        return [row for row in self.ground if row.code == self.cleaned_data["district"]]

    @property
    def is_over(self) -> bool:
        """Whether the period has ended, or ends today."""
        return self.asked is None or not self.asked.runs(self.today)

    @property
    def so_far(self) -> str:
        """`so far, to 26 Nov` for a running period."""
        return format_so_far(self.asked, self.today) if self.asked and self.is_valid() else ""

    @property
    def status(self) -> Status | None:
        if not self.asked or not self.is_valid():
            return None
        return status_with(self.question(), self.asked, [report.slug for report in self.revised])

    @property
    def status_meaning(self) -> str:
        return str(MEANINGS[self.status]) if self.status else ""

    @property
    def reconstructed(self) -> str:
        """Before which day histories are reconstructed, if the figures reach back beyond it."""
        if not self.asked or not self.is_valid():
            return ""
        return reconstruction_note(replace(self.question(), periods=(self.asked, self.before)).recorded_since)

    @property
    def so_far_after(self) -> str:
        """The same text with a comma, for use after the period's name."""
        return f", {self.so_far}" if self.so_far else ""

    @property
    def parameters(self) -> dict[str, str]:
        """URL parameters for the same period on this or another report page."""
        filled = {name: str(value) for name, value in self.data.items() if name in self.fields and value}
        if filled.get("period") == FREE:
            return {name: value for name, value in filled.items() if name != "period"}
        return {name: value for name, value in filled.items() if name not in {"from", "to"}}

    @property
    def query(self) -> str:
        return urlencode(self.parameters)

    @property
    def tab_parameters(self) -> dict[str, str]:
        """The parameters that the tabs of District keep."""
        return self.parameters

    @property
    def query_of_period(self) -> str:
        """The query without districts, for links that name one."""
        of_districts = {"district", "within"}
        parameters = self.parameters.items()
        return urlencode({name: value for name, value in parameters if name not in of_districts})

    @property
    def steps(self) -> list["Step"]:
        """The periods before and after a named one or free dates, except those that have not begun."""
        if self.asked is None or not self.is_valid() or self.data.get("period") == LATELY:
            return []
        before, after = self.asked.back(1), self.asked.back(-1)
        steps = (
            [Step(before, self._query_for(before), is_later=False)] if is_plausible_day(before.since) else []
        )
        later = [Step(after, self._query_for(after), is_later=True)] if after.since <= self.today else []
        return steps + later

    def _query_for(self, period: Period) -> str:
        parameters = {name: value for name, value in self.parameters.items() if name not in PERIOD}
        code = name_of(period)
        if code == FREE:
            return urlencode(parameters | {"from": period.since.isoformat(), "to": period.until.isoformat()})
        return urlencode(parameters | {"period": code})


def _periods(today: date, selected: str) -> Iterable[Choice]:
    """Usual periods, newest first, and the period in the URL if it is another one."""
    quarters = [quarter_of(today).back(n) for n in range(6)]
    months = [month_of(today).back(n) for n in range(13)]
    years = [year_of(today).back(n) for n in range(3)]
    groups = [
        (_("Quarter"), [(name_of(period), str(period)) for period in quarters]),
        (_("Month"), [(name_of(period), str(period)) for period in months]),
        (_("Year"), [(name_of(period), str(period)) for period in years]),
    ]
    offered = {code for _label, choices in groups for code, _text in choices} | {LATELY, FREE}
    linked_period = None if selected in offered else period_named(selected, today)
    yield LATELY, _("Last 90 days")
    if linked_period:
        yield name_of(linked_period), str(linked_period)
    yield from groups
    yield FREE, _("Other dates")


class DistrictPeriodForm(PeriodForm):
    """A district, a period, and the period for comparison."""

    district = forms.ChoiceField(label=gettext_lazy("District"), widget=DistrictSelect)
    compare = forms.ChoiceField(
        label=gettext_lazy("Compared with"),
        required=False,
        choices=[
            ("previous", gettext_lazy("Previous period")),
            ("last_year", gettext_lazy("Same period last year")),
        ],
    )
    field_order: tuple[str, ...] = ("district", "period", "from", "to", "compare", "all_kinds")

    def __init__(self, parameters: Mapping[str, str], districts: Sequence[District]) -> None:
        super().__init__({"district": districts[0].code, "compare": "previous"} | dict(parameters), districts)
        choices = [(row.code, district_label(row, label)) for row, label in in_tree(self.ground)]
        self.fields["district"].choices = choices  # type: ignore[attr-defined]  # a choice field

    @property
    def before(self) -> Period:
        if self.cleaned_data.get("compare") == "last_year":
            with suppress(ValueError):  # 29 February alone did not exist last year
                return self.chosen.a_year_before()
        return super().before


class SplitForm(DistrictPeriodForm):
    """A report, grouped by districts, communities or kinds of organisation, if the report supports it."""

    by = forms.ChoiceField(label=gettext_lazy("Group by"), required=False)
    field_order = ("district", "by", "period", "from", "to", "compare", "all_kinds")

    def __init__(
        self, parameters: Mapping[str, str], districts: Sequence[District], report: Report | None
    ) -> None:
        """Without a report, the form is for the scorecard."""
        labels = {By.DISTRICT: _("Neighbourhood"), By.FOCUS: _("Community"), By.KIND: _("Kind")}
        offered = report.ways if report else (By.DISTRICT,)
        super().__init__({"by": offered[0].value} | dict(parameters), districts)
        self.fields["by"].choices = [(way.value, labels[way]) for way in offered]  # type: ignore[attr-defined]
        if len(offered) == 1:
            self.fields["by"].widget = forms.HiddenInput()


RESTS: Final = {"true": IN_NO_PART, "several": IN_SEVERAL}


class RowForm(SplitForm):
    """The things behind one row of a report. Without a `group`, those of the whole district.

    `rest` are those in the district and in none of its parts (`true`), or in several of them.
    """

    group = forms.ChoiceField(
        required=False,
        choices=[("", ""), *dict(choice for codes in GROUPS for choice in codes.choices).items()],
        widget=forms.HiddenInput,
    )
    rest = forms.ChoiceField(
        required=False, choices=[(code, code) for code in ("", *RESTS)], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("by", "compare"):  # for the link back
            self.fields[name].widget = forms.HiddenInput()

    def narrow(self, question: Question) -> tuple[Question, str]:
        """The question limited to the form's period, and the group to show."""
        group, grouping = self.cleaned_data["group"], By(self.cleaned_data["by"])
        question = replace(question, periods=(self.chosen,))
        if group and grouping != By.DISTRICT:
            return replace(question, by=grouping), group
        if rest_code := self.cleaned_data["rest"]:
            [district] = question.districts
            parts = [row for row in self.ground if row.parent_id == district.pk]
            return replace(question, districts=(district, *parts), rest_of=district), RESTS[rest_code]
        return question, self.cleaned_data["district"]


class CountedForm(RowForm):
    """The things that one column of a row counts: `n`, the `rest`, or one of the report's own."""

    column = forms.SlugField(widget=forms.HiddenInput)

    def __init__(self, parameters: Mapping[str, str], districts: Sequence[District], report: Report) -> None:
        super().__init__({"column": "n"} | dict(parameters), districts, report)


def _parts_of(district: District, ground: Iterable[District]) -> list[District]:
    return [row for row in ground if row.parent_id == district.pk]


def _side_by_side(ground: Sequence[District]) -> list[District]:
    """Return the highest level with more than one district, in order."""
    covered = {row.pk for row in ground}
    level = [row for row in ground if row.parent_id not in covered]
    while len(level) == 1 and (parts := _parts_of(level[0], ground)):
        level = parts
    return level


class BlindSpotsForm(PeriodForm):
    """A district and its parts over the last months, or districts side by side and the whole district.

    A community expected in a whole district is not expected in any part, so the whole is shown too.
    """

    district = forms.ChoiceField(label=gettext_lazy("District"), required=False, widget=DistrictSelect)
    field_order = ("district", "period", "from", "to", "all_kinds")

    def __init__(self, parameters: Mapping[str, str], districts: Sequence[District]) -> None:
        """`within` in an address is an earlier name of the district."""
        within = {"district": parameters["within"]} if parameters.get("within") else {}
        super().__init__(within | dict(parameters), districts, default=LATELY)
        choices = [(row.code, district_label(row, label)) for row, label in in_tree(self.ground)]
        self.fields["district"].choices = [("", _("All, side by side")), *choices]  # type: ignore[attr-defined]

    @property
    def districts(self) -> list[District]:
        """The chosen district and its parts, or all side by side, preceded by the parent if it is covered."""
        if code := self.cleaned_data["district"]:
            return [
                part
                for row in self.ground
                if row.code == code
                for part in (row, *_parts_of(row, self.ground))
            ]
        level = _side_by_side(self.ground)
        parents = [row for row in self.ground if level and row.pk == level[0].parent_id]
        return [*parents, *level]


class CompareForm(PeriodForm):
    """Districts side by side with one indicator: the highest level, or the parts of one district.

    The `district` of the other tabs is marked. If the highest level does not have it, its level is shown.
    """

    indicator = forms.ChoiceField(
        label=gettext_lazy("Indicator"),
        choices=lambda: [(slug, report.title) for slug, report in REPORTS.items()],
    )
    within = forms.ChoiceField(label=gettext_lazy("Which districts"), required=False)
    district = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    field_order = ("indicator", "within", "period", "from", "to", "all_kinds")

    def __init__(self, parameters: Mapping[str, str], districts: Sequence[District]) -> None:
        level = {"within": self._level_with(parameters.get("district", ""), districts)}
        super().__init__({"indicator": next(iter(REPORTS))} | level | dict(parameters), districts)
        divided = [row for row in self.ground if _parts_of(row, self.ground)]
        self.fields["within"].choices = [  # type: ignore[attr-defined]
            (SIDE_BY_SIDE, _("All, side by side")),
            *((row.code, _("Parts of %(name)s") % {"name": row.name}) for row in divided),
        ]
        self.fields["district"].choices = [(row.code, row.name) for row in self.ground]  # type: ignore[attr-defined]

    @staticmethod
    def _level_with(code: str, districts: Sequence[District]) -> str:
        """Return the district whose parts are shown, so that the district of this code is among them."""
        district = next((row for row in districts if row.code == code), None)
        if district is None or district in _side_by_side(districts):
            return SIDE_BY_SIDE
        return next((row.code for row in districts if row.pk == district.parent_id), SIDE_BY_SIDE)

    @property
    def tab_parameters(self) -> dict[str, str]:
        """The parameters that the tabs keep. The parts of a district belong to that district."""
        parameters = super().tab_parameters
        within = parameters.get("within", SIDE_BY_SIDE)
        return parameters if within == SIDE_BY_SIDE else {"district": within} | parameters

    @property
    def districts(self) -> list[District]:
        code = self.cleaned_data["within"]
        if code in ("", SIDE_BY_SIDE):
            return _side_by_side(self.ground)
        return next((_parts_of(row, self.ground) for row in self.ground if row.code == code), [])

    @property
    def report(self) -> Report:
        return REPORTS[self.cleaned_data["indicator"]]


@fields_of(
    PeriodNote,
    "since",
    "text",
    since={"widget": DAY},
    text={
        "help_text": gettext_lazy(
            "For example: election, town fair, reduced staffing. Do not name anyone or mention health."
        )
    },
)
class PeriodNoteForm(forms.Form):
    """A note on some days of a district. Without a last day, it is of one day."""

    field_order = ("since", "last_on", "text")

    last_on = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=DAY)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("since", "last_on"):
            if cleaned.get(name) and not is_plausible_day(cleaned[name]):
                self.add_error(name, ValidationError(_("Choose a date."), code="required"))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Arguments of `add_period_note`."""
        since, last_on = self.cleaned_data["since"], self.cleaned_data["last_on"]
        until = (last_on or since) + timedelta(days=1)
        return {"since": since, "until": until, "text": self.cleaned_data["text"]}
