"""Forms of protocols: a new version with its steps, and trying one out."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from districts.models import District
from incidents.models import Incident, Protocol, ProtocolAgreement, ProtocolStep
from meetings.codes import BiasGround
from meetings.models import Concern
from pages.forms.base import ROWS
from pages.forms.fields import CHECKS, choices, fields_of
from pages.forms.picks import OrganisationPicks
from pages.forms.rows import RowFormSet
from pages.meetings.forms import DraftForm

PROTOCOL: Final = (
    *("name", "code", "about", "district", "kinds", "needs_bias", "opens_itself"),
    *("holding_statement", "review_on"),
)
STEP: Final = (
    *("text", "hint", "who", "each", "due_minutes", "may_wait", "proof"),
    *("escalate_after_minutes", "required", "only_for"),
)
MOST_STEPS: Final = 30


@fields_of(
    Concern,
    *("district", "site_organisation", "find"),
    site_organisation={
        "label": _("Affected place"),
        "widget": forms.RadioSelect(attrs=ROWS),
    },
)
@fields_of(Incident, "started_at")
class TryProtocolForm(OrganisationPicks, forms.Form):
    """An event to imagine. Sent by GET, because nothing is saved."""

    picks = "site_organisation"
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)
    bias_ground = forms.ChoiceField(label=_("Bias"), choices=choices(BiasGround.choices), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = District.objects.covered_by(actor).active().order_by("name", "pk")
        self.fields["district"].queryset = covered  # type: ignore[attr-defined]  # a field of models
        self.offer(actor, [self["site_organisation"].value()], str(self["find"].value() or ""))


@fields_of(
    Protocol,
    *PROTOCOL,
    code={"help_text": _("Short name without spaces. Versions with the same code replace each other.")},
    district={"empty_label": _("Whole city")},
    kinds={"widget": CHECKS},
)
@fields_of(ProtocolAgreement, "agreed_on", agreed_on={"required": False})
class ProtocolForm(OrganisationPicks, DraftForm):
    """A new version of a protocol. Its text is new, so that it is agreed again with each organisation."""

    picks = "agreed_with"
    agreed_with = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Agreed with"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=ROWS),
    )
    find = forms.CharField(label=_("Find an organisation"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = District.objects.covered_by(actor).active().order_by("name", "pk")
        self.fields["district"].queryset = covered  # type: ignore[attr-defined]  # a field of models
        self.offer(actor, self["agreed_with"].value() or [], str(self["find"].value() or ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("agreed_with") and not data.get("agreed_on"):
            self.add_error("agreed_on", ValidationError(_("Enter when it was agreed."), code="required"))
        return data

    def values(self) -> dict[str, Any]:
        """Arguments of `draft_protocol`, without the steps."""
        agreed = [
            (organisation, self.cleaned_data["agreed_on"])
            for organisation in self.cleaned_data["agreed_with"]
        ]
        return {name: self.cleaned_data[name] for name in PROTOCOL} | {"agreed_with": agreed}

    @property
    def before_agreement(self) -> list[forms.BoundField]:
        return [self[name] for name in PROTOCOL]


@fields_of(
    ProtocolStep,
    *STEP,
    due_minutes={"help_text": _("60 is 1 hour, 1,440 is 1 day.")},
    only_for={"widget": CHECKS},
)
class StepForm(forms.Form):
    """A step: the task, the role that does it and the time."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        ProtocolStep(who=data.get("who", ""), proof=data.get("proof", "")).clean()
        return data


class BaseSteps(RowFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Position")

    def clean(self) -> None:
        positions: set[int] = set()
        for form in self.forms:
            position = form.cleaned_data.get("ORDER")
            if position is None or form.cleaned_data.get(DELETION_FIELD_NAME):
                continue
            if position in positions:
                text = _("Another step has this position. Enter a different position.")
                form.add_error("ORDER", ValidationError(text, code="unique"))
            positions.add(position)

    def values(self) -> list[dict[str, Any]]:
        """The filled rows that were not removed, in the order of their positions."""
        return [
            {name: form.cleaned_data[name] for name in STEP}
            for form in self.ordered_forms
            if form.cleaned_data
        ]


StepFormSet = forms.formset_factory(
    StepForm,
    formset=BaseSteps,
    extra=2,
    can_delete=True,
    can_delete_extra=False,
    can_order=True,
    max_num=MOST_STEPS,
    absolute_max=MOST_STEPS,
)


def protocol_values(protocol: Protocol) -> dict[str, Any]:
    """Initial values for the next version of a protocol."""
    return forms.model_to_dict(protocol, PROTOCOL)


def step_values(protocol: Protocol) -> list[dict[str, Any]]:
    return [forms.model_to_dict(step, STEP) for step in protocol.steps.order_by("position")]
