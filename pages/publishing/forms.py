"""Forms for what a city publishes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from districts.models import District
from lib.days import city_today
from pages.forms.fields import fields_of
from publishing.models import CouncilPaper, ReleaseGrid
from publishing.rules.indicators import INDICATORS
from publishing.services.papers import MOST_FIGURES
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import By

SPLITS: Final = {
    By.DISTRICT: gettext_lazy("By district"),
    By.KIND: gettext_lazy("By kind"),
    By.FOCUS: gettext_lazy("By community"),
}
PAPER_TEXTS: Final = ("title", "introduction", "not_done", "heard", "decisions")
_FIRST, _LAST = 3, -1  # quarters back that a grid can begin with


class GridForm(forms.Form):
    """The first quarter, the level of districts, and a split for each indicator."""

    def __init__(self, *args: Any, districts: Iterable[District], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quarter = quarter_of(city_today())
        quarters = [quarter.back(n) for n in range(_LAST, _FIRST + 1)]
        self.fields["since"] = forms.TypedChoiceField(
            label=_label("since"),
            choices=[(period.since.isoformat(), str(period)) for period in quarters],
            coerce=date.fromisoformat,
            initial=quarter.since.isoformat(),
        )
        self.fields["level"] = forms.TypedChoiceField(
            label=_label("level"),
            choices=list(_levels(districts)),
            coerce=int,
            widget=forms.RadioSelect,
        )
        for slug in INDICATORS:
            report = REPORTS[slug]
            self.fields[f"split_{slug}"] = forms.ChoiceField(
                label=str(report.title),
                choices=[
                    ("", _("Not published")),
                    *((split, SPLITS[split]) for split in SPLITS if split in report.ways),
                ],
                required=False,
            )

    @property
    def splits(self) -> dict[str, str]:
        chosen = {slug: self.cleaned_data[f"split_{slug}"] for slug in INDICATORS}
        return {slug: split for slug, split in chosen.items() if split}


def _label(name: str) -> str:
    return capfirst(str(ReleaseGrid._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # no relation


def _levels(districts: Iterable[District]) -> Iterable[tuple[int, str]]:
    """Levels, each with the names of its first districts."""
    by_level: dict[int, list[str]] = {}
    for district in districts:
        by_level.setdefault(len(district.lineage), []).append(district.name)
    for level, names in sorted(by_level.items()):
        hidden = len(names) - 3
        text = ", ".join(names[:3])
        if hidden > 0:
            text = ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", hidden) % {
                "names": text,
                "n": hidden,
            }
        yield level, text


class ReleaseForm(forms.Form):
    """The quarter to release."""

    quarter = forms.ChoiceField(label=gettext_lazy("Quarter"))

    def __init__(self, *args: Any, quarters: Iterable[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by_code = {quarter.since.isoformat(): quarter for quarter in quarters}
        choice = self.fields["quarter"]
        choice.choices = [(code, str(quarter)) for code, quarter in self._by_code.items()]  # type: ignore[attr-defined]  # a choice field

    @property
    def chosen_quarter(self) -> Period:
        return self._by_code[self.cleaned_data["quarter"]]


@fields_of(
    CouncilPaper,
    *PAPER_TEXTS,
    introduction={"rows": 3},
    not_done={"rows": 8},
    heard={"rows": 8},
    decisions={"rows": 5},
)
class PaperForm(forms.Form):
    """Figures and texts of a council paper."""

    names_nobody = forms.BooleanField(
        label=gettext_lazy("The texts name no person, and no organisation that has not agreed."),
    )

    def __init__(self, *args: Any, offered: Mapping[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [f"figure_{number}" for number in range(1, MOST_FIGURES + 1)]
        for number, name in enumerate(names, 1):
            self.fields[name] = forms.ChoiceField(
                label=_("Figure %(number)d") % {"number": number},
                choices=[("", _("None")), *offered.items()],
                required=number == 1,
            )
        self.order_fields(["title", *names])

    @property
    def figures(self) -> list[str]:
        """The keys of the figures, in their order."""
        chosen = (self.cleaned_data[f"figure_{number}"] for number in range(1, MOST_FIGURES + 1))
        return [key for key in chosen if key]

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PAPER_TEXTS}


def filled(paper: CouncilPaper) -> dict[str, str]:
    """Return the initial values of the next version's form."""
    figures = {f"figure_{number}": figure["key"] for number, figure in enumerate(paper.figures, 1)}
    return figures | {name: getattr(paper, name) for name in PAPER_TEXTS}
