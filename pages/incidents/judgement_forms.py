"""Forms of what supervisors judge of an incident: tension, and the debrief or why there is none."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from incidents.codes import levels
from incidents.models import Debrief, DebriefVoice, TensionAssessment
from incidents.services.judgements import MOST_ACTIONS
from lib.days import city_today
from meetings.models import FollowUp
from pages.forms.base import ROWS
from pages.forms.fields import fields_of
from pages.forms.hints import HintedForm
from pages.forms.picks import OrganisationPicks
from pages.forms.rows import RowFormSet
from pages.meetings.forms import DraftForm

TENSION: Final = ("level", "trend", "experienced", "evidenced", "potential", "measures", "look_again_at")
DEBRIEF: Final = ("held_on", "keep", "change", "why", "no_action_reason")
VOICE: Final = ("in_time", "knew_whom_to_call", "next_time")
VOICES: Final = 60


@fields_of(
    TensionAssessment,
    *(*TENSION, "not_consulted_reason"),
    level={"widget": forms.RadioSelect},
    trend={"widget": forms.RadioSelect},
    look_again_at={"help_text": _("Supervisors are reminded then.")},
    potential={"help_text": _("Further attacks or disorder. Write about events and places.")},
)
class TensionForm(OrganisationPicks, HintedForm, DraftForm):
    """Tension around an event or place. `touched` are organisations of the incident, offered first."""

    hinted = ("experienced", "evidenced", "potential", "measures")
    numbered = (*hinted, "not_consulted_reason")
    picks = "consulted"
    consulted = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Organisations consulted"),
        help_text=_("Choose organisations, or write below why no one was consulted."),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=ROWS),
    )
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, touched: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]  # of a typed choice field
            (code, f"{label} ({national})" if national else label) for code, label, national in levels()
        ]
        for name in ("consulted", "not_consulted_reason"):  # neither is optional if the other is empty
            self.fields[name].is_one_of_two = True  # type: ignore[attr-defined]  # read by field_optional.html
        chosen = self["consulted"].value() or []
        self.offer(actor, [*chosen, *touched], str(self["find"].value() or ""))

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*TENSION, "consulted", "not_consulted_reason")}


@fields_of(Debrief, *DEBRIEF, held_on={"required": True})
class DebriefForm(HintedForm):
    """A debrief: the reasons for the course of events, what to keep and what to change."""

    hinted = numbered = ("keep", "change", "why", "no_action_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].initial = city_today


@fields_of(DebriefVoice, *VOICE)
class VoiceForm(HintedForm):
    """The feedback of an organisation. `organisation` is empty if it wants to stay unnamed."""

    hinted = numbered = ("next_time",)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), required=False, empty_label=_("Not named")
    )

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = offered  # type: ignore[attr-defined]  # a field of models
        self.order_fields(["organisation"])


@fields_of(FollowUp, "title", "owner", "due_on", title={"label": _("Action")}, owner={"empty_label": None})
class ActionForm(HintedForm):
    """An action of a debrief, which becomes a follow-up of its owner."""

    hinted = numbered = ("title",)

    def __init__(self, *args: Any, actor: Actor, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = owners
        owner.initial = actor.id


class FilledRows(RowFormSet):
    def values(self) -> list[dict[str, Any]]:
        """The filled rows."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data]


ActionFormSet = forms.formset_factory(
    ActionForm, formset=FilledRows, extra=3, max_num=MOST_ACTIONS, absolute_max=MOST_ACTIONS
)
VoiceFormSet = forms.formset_factory(
    VoiceForm, formset=FilledRows, extra=3, max_num=VOICES, absolute_max=VOICES
)


@fields_of(Debrief, "waived_reason", waived_reason={"required": True})
class WaiveForm(forms.Form):
    """Why there is no debrief."""
