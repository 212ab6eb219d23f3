"""Forms for changing several selected rows at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import FollowUp
from pages.forms.fields import fields_of
from pages.organisations.forms import cadence_field


class ColleagueForm(forms.Form):
    """A form whose only field offers colleagues who may change records."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.visible_to(actor).active().with_role(*WRITES).order_by("name", "pk")
        for field in self.fields.values():
            field.queryset = colleagues  # type: ignore[attr-defined]  # a field of models


@fields_of(Organisation, lead_officer={"empty_label": _("Choose an officer"), "required": True})
class AssignForm(ColleagueForm):
    pass


class CadenceForm(forms.Form):
    """The meeting frequency of all selected rows. No choice is preselected: one tap changes them all."""

    cadence_days = cadence_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["cadence_days"]
        _none, *frequencies = field.choices
        field.required, field.coerce = True, lambda days: int(days) or None
        field.choices = [("", _("Choose a frequency")), (0, _("Nothing agreed")), *frequencies]


class VerifyForm(forms.Form):
    """No fields: confirm that the details of all selected organisations were checked today."""

    def clean(self) -> dict[str, Any]:
        return {"verified_on": city_today()}


@fields_of(FollowUp, owner={"empty_label": None})
class AssignPromisesForm(ColleagueForm):
    pass
