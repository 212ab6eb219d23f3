"""Forms for a report's district, groups and comparison, all from the URL."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.codes import Kind
from districts.codes import Focus
from districts.models import District, PeriodNote
from lib.days import is_plausible_day
from meetings.codes import ConcernKind, FollowUpKind, MeetingKind
from pages.districts.forms import DistrictSelect, district_label, in_tree
from pages.forms.fields import fields_of
from pages.reports.period_form import DAY, LATELY, PeriodForm
from reports.figures.parts import IN_SEVERAL
from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import IN_NO_PART, By, Question

SIDE_BY_SIDE: Final = "-"  # no code of a district
GROUPS: Final = (Focus, Kind, MeetingKind, ConcernKind, FollowUpKind)  # codes of a report's groups


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
