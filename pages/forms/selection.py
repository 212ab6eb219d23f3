"""What is done to several organisations at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from pages.forms.organisations import CADENCES, cadence_text


class AssignForm(forms.Form):
    lead_officer = forms.ModelChoiceField(
        User.objects.none(), label=_("Lead officer"), empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.visible_to(actor).active().with_role(*WRITES).order_by("name", "pk")
        field: Any = self.fields["lead_officer"]
        field.queryset, field.required = colleagues, False


class CadenceForm(forms.Form):
    cadence_days = forms.TypedChoiceField(
        label=_("How often they want to be met"),
        choices=[("", _("Nothing is agreed")), *((days, cadence_text(days)) for days in CADENCES)],
        coerce=int,
        empty_value=None,
        required=False,
    )


class VerifyForm(forms.Form):
    """Nothing to say: the details of all of them were checked today."""


class AssignPromisesForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who does it"), empty_label=None)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.queryset = User.objects.visible_to(actor).active().with_role(*WRITES).order_by("name", "pk")
