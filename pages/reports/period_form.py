"""Form for the period of a report, from the URL: a named period, or free dates."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from districts.models import District
from lib.days import city_today, is_plausible_day
from meetings.queries.district_profile import LATELY_DAYS
from reports.figures.kept_rows import status_with
from reports.figures.report import Report
from reports.figures.wording import format_so_far, reconstruction_note, short_period
from reports.queries.periods import Period, PeriodInFuture, month_of, quarter_of, year_of
from reports.queries.questions import Question
from reports.queries.statuses import MEANINGS, Status

FREE: Final = "free"
LATELY: Final = "90d"
PERIOD: Final = frozenset({"period", "from", "to"})
MAX_DAYS: Final = 1_100  # three years; longer periods say little
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TICK = forms.CheckboxInput(attrs={"value": "true"})
_NAMED = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
Choice = tuple[str, Any]


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
