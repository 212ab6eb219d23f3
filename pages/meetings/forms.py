"""Forms for planning and editing meetings, with parts shared with logging."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django import forms
from django.db import models
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Organisation
from districts.models import District
from meetings.codes import MeetingKind, Outcome
from meetings.models import Meeting
from pages.forms.base import ROWS, VersionedForm
from pages.forms.districts import DistrictOfChoice
from pages.forms.fields import fields_of
from pages.forms.hints import HintedForm
from pages.forms.series import Repeats, scope_field

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


class DraftForm(forms.Form):
    """A form that can be shown again without errors, with the typed values: `draft = True`."""

    draft = False

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if self.draft else super().errors

    def first(self, name: str, codes: Iterable[str]) -> list[Any]:
        """Options shown at once, in the order of `codes`. Invalid codes are skipped."""
        options = {str(option.data["value"]): option for option in self[name].subwidgets}
        return [options[str(code)] for code in codes if str(code) in options]

    def rest(self, name: str, codes: Iterable[str]) -> list[Any]:
        """Options behind “More”."""
        codes_shown = {str(code) for code in codes}
        return [option for option in self[name].subwidgets if str(option.data["value"]) not in codes_shown]

    def one_of(self, options: Iterable[Any]) -> bool:
        """Whether one of these options is selected, so that the “More” section must be open."""
        return any(option.data["selected"] for option in options)


@fields_of(
    Meeting,
    *("starts_at", "duration_minutes", "district", "place"),
    starts_at={"label": _("When")},
    duration_minutes={"required": True},
    district={"empty_label": _("Choose a district")},
)
class WhenAndWhere(DraftForm):
    """Fields of all meeting forms, and the layout of their options."""

    KINDS: tuple[MeetingKind, ...] = KINDS

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        covered = District.objects.covered_by(actor).active().order_by("name", "pk")
        self.fields["district"].queryset = covered  # type: ignore[attr-defined]  # a field of models

    # Options shown at once, and options behind “More”, which is open if one of them is selected.
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


class AtHomeWithThem(DistrictOfChoice, WhenAndWhere):
    """A meeting in the home district of those who take part, unless the user chooses a district.

    `taking_part` are the organisations that were ticked, never those that are only offered.
    """

    def __init__(self, *args: Any, taking_part: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taking_part = taking_part
        self.fields["district"].required = False

    @property
    def selected(self) -> Sequence[Organisation]:
        return self.taking_part

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("district") and "district" not in self.errors:
            cleaned["district"] = self.chosen_district
            if self.chosen_district is None:
                self.add_error("district", _("Choose a district."))
        return cleaned


#: For fields in which “not stated” is possible.
UNSTATED: Final = {"empty": _("Not stated"), "widget": forms.RadioSelect, "help_text": ""}


@fields_of(
    Meeting,
    *("subject", "kind", "initiated_by", "level", "agenda", "officers"),
    subject={
        "label": _("What is it about?"),
        "error_messages": {"required": _("Enter what the meeting is about.")},
    },
    kind={"label": _("How will you meet?"), "widget": forms.RadioSelect, "initial": MeetingKind.VISIT},
    initiated_by={"label": _("Who initiated it?")} | UNSTATED,
    level=UNSTATED,
    officers={
        "label": _("Colleagues attending"),
        "widget": forms.CheckboxSelectMultiple(attrs=ROWS),
    },
)
class PlanForm(WhenAndWhere):
    """Plan a future meeting."""

    field_order: tuple[str, ...] = ("subject", "kind", "starts_at", "duration_minutes", "district", "place")

    def __init__(self, *args: Any, officers: Iterable[User] = (), **kwargs: Any) -> None:
        """`officers` already take part and stay selectable in any district."""
        super().__init__(*args, **kwargs)
        near = User.objects.active().with_role(*WRITES).filter(districts__in=self.actor.district_ids)
        current = User.objects.filter(pk__in=[officer.pk for officer in officers])
        offered = User.objects.visible_to(self.actor).filter(
            models.Q(pk__in=near.values("pk")) | models.Q(pk__in=current)
        )
        self.fields["officers"].queryset = offered.exclude(  # type: ignore[attr-defined]  # a field of models
            pk=None if officers else self.actor.id
        ).order_by("name", "pk")

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at <= timezone.now():
            raise forms.ValidationError(_("This date is in the past. Log the meeting instead."))
        return starts_at


class NewMeetingForm(Repeats, AtHomeWithThem, PlanForm):
    """Plan a future meeting, or a series."""

    field_order = (*PlanForm.field_order, "repeats", "repeats_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = False  # else it says how and with whom

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("repeats")}


@fields_of(
    Meeting,
    *("headcount", "other_participants", "outcomes", "facts", "assessment"),
    other_participants={"rows": 2},
    outcomes={"label": _("What was the outcome?")},
    facts={"rows": 4},
)
class EditForm(HintedForm, PlanForm, VersionedForm):
    """Edit a meeting. `version` is the version that was shown to the writer."""

    hinted = ("facts", "assessment", "other_participants")
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
        """Remove outcome fields if the meeting has not taken place."""
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
        """Require a future time only if a planned meeting is moved."""
        starts_at: datetime = self.cleaned_data["starts_at"]
        moved = starts_at != self.meeting.starts_at
        return super().clean_starts_at() if moved and self.meeting.status == "planned" else starts_at


WAS_THERE: Final = {"present": _("Present"), "absent": _("Absent")}


@dataclass(frozen=True, slots=True)
class Attendances(Generic[T]):
    """Attendance of a list of rows: boxes per row, named `<prefix>-<id>`. The last one ticked counts.

    The first option is the row's own box. A row without a tick does not take part.
    """

    prefix: str
    options: Mapping[str, str | Promise]
    rows: list[T]
    answers: Mapping[UUID, str] = field(default_factory=dict)
    otherwise: str = "out"

    @classmethod
    def answered(cls, prefix: str, data: QueryDict) -> dict[UUID, str]:
        """Sent answers by ID, the last one of each. Fields without a valid ID are skipped."""
        answers = {}
        for name, value in data.items():
            sent_prefix, _dash, key = name.partition("-")
            if sent_prefix == prefix:
                try:
                    answers[UUID(key)] = str(value)
                except ValueError:
                    continue
        return answers

    def __iter__(self) -> Any:
        """Each row with its field name and options (value, label, whether selected)."""
        for row in self.rows:
            answer = self.answers.get(row.pk, self.otherwise)
            options = [(value, label, value == answer) for value, label in self.options.items()]
            yield row, f"{self.prefix}-{row.pk}", options

    @property
    def given(self) -> list[tuple[T, str]]:
        """Rows that take part, with their answers."""
        answers = ((row, self.answers.get(row.pk, self.otherwise)) for row in self.rows)
        return [(row, answer) for row, answer in answers if answer != "out" and answer in self.options]
