"""Forms of the library: a practice with one of its texts, its review, and what came of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from districts.models import District
from pages.districts.forms import DistrictChoice
from pages.forms.base import VersionedForm
from pages.forms.fields import fields_of
from pages.forms.languages import language_choices
from plans.models import Goal, Plan
from plans.policies import can_write_plan
from practices.codes import Translated
from practices.models import Adoption, EditorialReview, Practice, PracticeText
from practices.rules import QUESTIONS, REQUIRED

PRACTICE: Final = (
    *("phases", "strands", "grounds", "kinds", "level", "level_note"),
    *("size", "people_needed", "cost_note", "since", "contact", "licence"),
)
TEXT: Final = REQUIRED
CHECKS: Final = forms.CheckboxSelectMultiple
SEPARATOR: Final = "|"


class SourcesField(forms.CharField):
    """Sources, one on each line: a title, then `|` and a web address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Sources"),
            required=False,
            max_length=20_000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("One on each line: title | https://address"),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        lines = [line.partition(SEPARATOR) for line in typed.splitlines() if line.strip()]
        return [{"title": title.strip(), "url": url.strip()} for title, _bar, url in lines]


def written_sources(sources: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(
        f"{source['title']} {SEPARATOR} {source['url']}".rstrip(f" {SEPARATOR}") for source in sources
    )


class _TextFields(forms.Form):
    """The texts of one language."""

    def texts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*TEXT, "sources") if name in self.cleaned_data}

    def properties(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PRACTICE if name in self.cleaned_data}


class _Languages(forms.Form):
    language = forms.ChoiceField(label=_("Language"), widget=forms.Select)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]  # a choice field


@fields_of(PracticeText, *TEXT)
@fields_of(Practice, *PRACTICE)
class NewPracticeForm(_TextFields, _Languages):
    sources = SourcesField()

    field_order = ("title", "language", *TEXT[1:], "sources", *PRACTICE)

    def values(self) -> dict[str, Any]:
        return {**self.properties(), "text": self.texts(), "language": self.cleaned_data["language"]}


@fields_of(PracticeText, *TEXT)
@fields_of(Practice, *PRACTICE)
class PracticeForm(_TextFields, VersionedForm):
    sources = SourcesField()

    field_order = (*TEXT, "sources", *PRACTICE)

    def values(self) -> dict[str, Any]:
        return {**self.properties(), "text": self.texts()}


@fields_of(PracticeText, *TEXT)
class TranslationForm(_TextFields, _Languages):
    """A text in another language. Empty fields are shown in the original."""

    translated = forms.ChoiceField(
        label=_("Translation"),
        choices=[choice for choice in Translated.choices if choice[0] != Translated.ORIGINAL],
    )
    sources = SourcesField()

    field_order = ("language", "translated", *TEXT, "sources")

    def values(self) -> dict[str, Any]:
        text = self.texts() | {"translated": self.cleaned_data["translated"]}
        return {"text": text, "language": self.cleaned_data["language"]}


@fields_of(
    EditorialReview,
    *(*QUESTIONS, "level", "note"),
    **{name: {"widget": forms.RadioSelect} for name in (*QUESTIONS, "level")},
)
class ReviewForm(forms.Form):
    pass


@fields_of(Practice, "retired_reason", retired_reason={"required": True})
class RetireForm(forms.Form):
    def values(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["retired_reason"]}


@fields_of(
    Adoption,
    *("came_of_it", "would_again", "district", "started_on"),
    *("what_we_changed", "asked_communities", "asked_how"),
    came_of_it={"widget": forms.RadioSelect},
    would_again={"widget": forms.RadioSelect},
    district={"form_class": DistrictChoice, "empty_label": None},
)
class AdoptionForm(forms.Form):
    """The result of a practice in one of the actor's districts."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = District.objects.covered_by(actor).active().as_tree()
        self.fields["district"].queryset = rows  # type: ignore[attr-defined]  # a field of models


class UseForm(forms.Form):
    """A goal of a plan that the actor writes, for an action that uses the practice."""

    goal = forms.ChoiceField(label=_("Goal"), widget=forms.Select)

    def __init__(self, *args: Any, actor: Actor, strands: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        strand_codes = set(strands)
        plans = Plan.objects.visible_to(actor).exclude(status="closed").order_by("-starts_on", "pk")
        writable = {row.pk: row for row in plans if can_write_plan(actor, row)}
        goals = Goal.objects.filter(plan__in=writable).order_by("plan", "position")
        ordered = sorted(goals, key=lambda row: row.strand not in strand_codes)
        self.fields["goal"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(row.pk), f"{writable[row.plan_id].title}: {row.title}") for row in ordered
        ]
        self.goals = {str(row.pk): row for row in ordered}

    def chosen(self) -> Goal:
        return self.goals[self.cleaned_data["goal"]]
