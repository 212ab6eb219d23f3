"""Meetings as they are planned and changed; what logging shares with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from districts.models import District
from meetings.codes import Initiator, Level, MeetingKind, Outcome
from meetings.models import Meeting
from pages.forms.base import ROWS
from pages.forms.hints import HintedForm
from pages.forms.series import Repeats, scope_field

MINUTE = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> speaks
KINDS = (
    MeetingKind.VISIT,
    MeetingKind.PHONE,
    MeetingKind.FOOT_PATROL,
    MeetingKind.MESSAGE,
    MeetingKind.DROP_IN,
)
OUTCOMES = (
    Outcome.INFORMATION_SHARED,
    Outcome.CONCERN_RAISED,
    Outcome.ADVICE_RECEIVED,
    Outcome.PRIORITY_AGREED,
    Outcome.FEEDBACK_GIVEN,
    Outcome.REASSURANCE_GIVEN,
    Outcome.NO_CHANGE,
)

T = TypeVar("T", bound=models.Model)


def choices(codes: type[models.TextChoices], *, empty: str | Promise | None = None) -> list[Any]:
    """Codes as pills start: with a capital; `empty` names the choice of none of them."""
    named = [(code, capfirst(label)) for code, label in codes.choices]
    return named if empty is None else [("", empty), *named]


class DraftForm(forms.Form):
    """A form that can be shown again with what was typed and without judging it: `draft = True`."""

    draft = False

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if self.draft else super().errors

    def first(self, name: str, codes: Iterable[str]) -> list[Any]:
        """The pills shown at once, in this order; what was sent and is no code has none."""
        options = {str(option.data["value"]): option for option in self[name].subwidgets}
        return [options[str(code)] for code in codes if str(code) in options]

    def rest(self, name: str, codes: Iterable[str]) -> list[Any]:
        """The pills behind “More”."""
        shown = {str(code) for code in codes}
        return [option for option in self[name].subwidgets if str(option.data["value"]) not in shown]

    def one_of(self, options: Iterable[Any]) -> bool:
        """Whether one of these pills is chosen, so that what hides it is open."""
        return any(option.data["selected"] for option in options)


class MomentField(forms.DateTimeField):
    """A moment in the reader's zone; in the hour that the clocks repeat the first of the two.

    Left as it was shown it means the moment `shown`, to the second and whatever the clocks did. One that the
    clocks skip is refused.
    """

    shown: datetime | None = None

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        if self.shown and str(value)[:16] == f"{timezone.localtime(self.shown):{MINUTE}}":
            return self.shown
        try:
            moment: datetime | None = super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            return self._first(value)
        return moment

    def _first(self, value: Any) -> datetime:
        zone = timezone.get_current_timezone()
        with timezone.override(UTC):
            typed: Any = super().to_python(value)
        first: datetime = typed.replace(tzinfo=zone).astimezone(UTC)
        if first.astimezone(zone).replace(tzinfo=UTC, fold=0) != typed:
            raise ValidationError(_("The clocks skip this hour. Choose another."), code="skipped")
        return first


class WhenAndWhere(DraftForm):
    """What every form of a meeting has, and how its pills are laid out."""

    KINDS: tuple[MeetingKind, ...] = KINDS

    starts_at = MomentField(label=_("When"))
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, initial=30)
    district = forms.ModelChoiceField(District.objects.none(), label=_("District"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        covered = District.objects.covered_by(actor).active().order_by("name", "pk")
        self.fields["district"].queryset = covered  # type: ignore[attr-defined]  # a field of models

    # Pills shown at once, and those behind “More”, which is open when one of them is chosen.
    @property
    def kinds_first(self) -> list[Any]:
        return self.first("kind", self.KINDS)

    @property
    def kinds_rest(self) -> list[Any]:
        return self.rest("kind", self.KINDS)

    @property
    def kinds_open(self) -> bool:
        return self.one_of(self.kinds_rest)

    @property
    def outcomes_first(self) -> list[Any]:
        return self.first("outcomes", OUTCOMES)

    @property
    def outcomes_rest(self) -> list[Any]:
        return self.rest("outcomes", OUTCOMES)

    @property
    def outcomes_open(self) -> bool:
        return self.one_of(self.outcomes_rest)


class PlanForm(WhenAndWhere):
    """A meeting to come."""

    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    kind = forms.ChoiceField(
        label=_("How?"), choices=choices(MeetingKind), widget=forms.RadioSelect, initial=MeetingKind.VISIT
    )
    initiated_by = forms.ChoiceField(
        label=_("Whose idea is it?"),
        choices=choices(Initiator, empty=_("Not stated")),
        widget=forms.RadioSelect,
        required=False,
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=choices(Level, empty=_("Not stated")),
        widget=forms.RadioSelect,
        required=False,
    )
    agenda = forms.CharField(
        label=_("Agenda"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    officers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Colleagues who come along"),
        widget=forms.CheckboxSelectMultiple(attrs=ROWS),
        required=False,
    )
    field_order: tuple[str, ...] = ("subject", "kind", "starts_at", "duration_minutes", "district", "place")

    def __init__(self, *args: Any, officers: Iterable[User] = (), **kwargs: Any) -> None:
        """`officers` already take part; they can stay wherever they work."""
        super().__init__(*args, **kwargs)
        near = User.objects.active().with_role(*WRITES).filter(districts__in=self.actor.district_ids)
        known = User.objects.filter(pk__in=[officer.pk for officer in officers])
        offered = User.objects.visible_to(self.actor).filter(
            models.Q(pk__in=near.values("pk")) | models.Q(pk__in=known)
        )
        self.fields["officers"].queryset = offered.exclude(  # type: ignore[attr-defined]  # a field of models
            pk=None if officers else self.actor.id
        ).order_by("name", "pk")

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at <= timezone.now():
            raise forms.ValidationError(_("This is past. Log it instead."))
        return starts_at

    def values(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class NewMeetingForm(Repeats, PlanForm):
    """A meeting to come, once or again and again."""

    field_order = (*PlanForm.field_order, "repeats", "repeats_until")

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if not name.startswith("repeats")}


class EditForm(HintedForm, PlanForm):
    """A meeting as it is; `version` is the one its writer was shown."""

    hinted = ("facts", "assessment", "other_participants")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    headcount = forms.IntegerField(
        label=_("How many people came"), min_value=0, max_value=1_000_000, required=False
    )
    other_participants = forms.CharField(
        label=_("Others who took part"),
        help_text=_("Such as colleagues and services of other districts."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    outcomes = forms.MultipleChoiceField(
        label=_("What came of it?"),
        choices=choices(Outcome),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    facts = forms.CharField(
        label=_("Facts"),
        help_text=_("What was said and agreed, so that all would agree."),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    assessment = forms.CharField(
        label=_("Assessment"),
        help_text=_("Your opinion. It is kept apart from the facts."),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = (
        *PlanForm.field_order,
        "outcomes",
        "facts",
        "assessment",
        "agenda",
        "headcount",
        "other_participants",
        "initiated_by",
        "level",
        "officers",
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        """What did not take place yet has no outcome to change."""
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.fields["officers"].label = _("Officers")
        self.fields["starts_at"].shown = meeting.starts_at  # type: ignore[attr-defined]  # our own field
        if meeting.series_id and meeting.status == "planned":
            self.fields["scope"] = scope_field()
        if meeting.status in {"planned", "not_reached"}:
            del self.fields["outcomes"]
        if meeting.status == "planned":
            for name in ("facts", "assessment", "headcount"):
                del self.fields[name]

    def clean_starts_at(self) -> datetime:
        """Only a new moment of a planned meeting has to be to come."""
        starts_at: datetime = self.cleaned_data["starts_at"]
        moved = starts_at != self.meeting.starts_at
        return super().clean_starts_at() if moved and self.meeting.status == "planned" else starts_at


@dataclass(frozen=True, slots=True)
class Attendances(Generic[T]):
    """Who of a list is in: one group of pills per row, named `<prefix>-<id>`; no choice means out."""

    prefix: str
    options: Mapping[str, str | Promise]
    rows: list[T]
    answers: Mapping[UUID, str] = field(default_factory=dict)
    otherwise: str = "out"

    @classmethod
    def answered(cls, prefix: str, data: QueryDict) -> dict[UUID, str]:
        """Id → answer as they were sent; what is not an id is nobody."""
        found = {}
        for name, value in data.items():
            given, _dash, key = name.partition("-")
            if given == prefix:
                try:
                    found[UUID(key)] = str(value)
                except ValueError:
                    continue
        return found

    def __iter__(self) -> Any:
        """Each row with the name of its pills and its options: value, label, whether chosen."""
        for row in self.rows:
            answer = self.answers.get(row.pk, self.otherwise)
            options = [(value, label, value == answer) for value, label in self.options.items()]
            yield row, f"{self.prefix}-{row.pk}", options

    @property
    def given(self) -> list[tuple[T, str]]:
        """Rows that are in, with their answer."""
        answers = ((row, self.answers.get(row.pk, self.otherwise)) for row in self.rows)
        return [(row, answer) for row, answer in answers if answer != "out" and answer in self.options]
