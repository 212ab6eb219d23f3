"""Forms of an incident's page: one tap each, so all but the first field may be left out."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Role, User
from contacts.models import Organisation
from districts.models import District
from incidents.codes import ReachedBy
from incidents.models import Incident, IncidentStep, Reassurance
from meetings.models import Concern
from pages.forms.base import ROWS
from pages.forms.fields import fields_of, form_field

THE_PLACE: Final = "place"
TAKE, PASS, DONE, NOT_NEEDED = "take", "pass", "done", "not_needed"
WORDS, WIDEN, EXCLUDE, CLOSE, REOPEN = "words", "widen", "exclude", "close", "reopen"


@fields_of(Reassurance, "needs", "told", "call_again_on")
class SaidForm(forms.Form):
    """The needs of an organisation that was reached, and the words it heard. `tried` is the call's ID."""

    tried = forms.UUIDField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        cleaned["reassurance_id"] = cleaned.pop("tried")
        return cleaned


@fields_of(
    Reassurance, *("result", "channel", "needs", "told", "call_again_on", "note"), channel={"required": False}
)
class CallForm(forms.Form):
    """An attempt to reach an organisation, by phone unless `channel` differs.

    `called` is its ID, or `place` for an affected place that is no organisation.
    """

    called = forms.CharField(widget=forms.HiddenInput, max_length=36)
    danger = forms.CharField(
        label=_("Danger to life: why are you calling now?"), required=False, max_length=200
    )

    def clean_called(self) -> UUID | None:
        called: str = self.cleaned_data["called"]
        return None if called == THE_PLACE else forms.UUIDField().clean(called)

    def values(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        cleaned["organisation_id"] = cleaned.pop("called")
        cleaned["channel"] = cleaned["channel"] or ReachedBy.PHONE
        return cleaned


@fields_of(IncidentStep, "note")
class StepForm(forms.Form):
    """An act on a step. `had_by` is the officer that the page showed."""

    task = forms.UUIDField(widget=forms.HiddenInput)
    act = forms.ChoiceField(choices=[(act, act) for act in (TAKE, PASS, DONE, NOT_NEEDED)])
    had_by = forms.UUIDField(required=False, widget=forms.HiddenInput)
    case_reference = form_field(Concern, "case_reference")


class MoreForm(forms.Form):
    """A choice of organisations to call, beyond the first 60."""

    organisations = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Organisations"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"} | ROWS),
    )

    def __init__(self, *args: Any, offered: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["organisations"].queryset = offered


class ConductForm(forms.Form):
    """A choice of the supervisor to exclude from an incident."""

    supervisor = forms.ModelChoiceField(
        User.objects.none(), label=_("Supervisor who may be involved"), empty_label=_("Choose a supervisor")
    )

    def __init__(self, *args: Any, actor: Actor, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.visible_to(actor).active().with_role(Role.SUPERVISOR)
        fields: Any = self.fields
        fields["supervisor"].queryset = staff.covering(incident.district).exclude(pk=actor.id).in_order()


@fields_of(Incident, "words")
class DecisionForm(forms.Form):
    """A decision of a supervisor. `colleague` is kept out of the incident, `place` sees it too."""

    act = forms.ChoiceField(choices=[(act, act) for act in (WORDS, WIDEN, EXCLUDE, CLOSE, REOPEN)])
    colleague = forms.ModelChoiceField(User.objects.none(), required=False, label=_("Colleague"))
    place = forms.ModelChoiceField(District.objects.none(), required=False, label=_("District"))

    def __init__(self, *args: Any, actor: Actor, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.visible_to(actor).active().with_role(Role.OFFICER).covering(incident.district)
        fields: Any = self.fields
        fields["colleague"].queryset = staff.exclude(pk=actor.id).in_order()
        fields["place"].queryset = District.objects.exclude(pk=incident.district_id).order_by("name", "pk")
