"""Forms for changing several selected rows at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Organisation
from meetings.models import FollowUp
from pages.forms.fields import fields_of
from pages.forms.organisations import cadence_field


@fields_of(Organisation, lead_officer={"empty_label": _("No one")})
class AssignForm(forms.Form):
    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.visible_to(actor).active().with_role(*WRITES).order_by("name", "pk")
        self.fields["lead_officer"].queryset = colleagues  # type: ignore[attr-defined]  # a field of models


class CadenceForm(forms.Form):
    cadence_days = cadence_field()


class VerifyForm(forms.Form):
    """No fields: confirm that the details of all selected organisations were checked today."""


@fields_of(FollowUp, owner={"empty_label": None})
class AssignPromisesForm(forms.Form):
    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.queryset = User.objects.visible_to(actor).active().with_role(*WRITES).order_by("name", "pk")
