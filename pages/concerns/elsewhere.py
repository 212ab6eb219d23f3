"""A concern that was in a district of others: an officer on duty adds the district to their shift."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor, actor_for
from accounts.middleware import ActorRequest
from accounts.policies import can_begin_shift
from districts.models import District
from lib.row_context import act_as
from meetings.services.shifts import add_districts
from pages.duty.forms import districts_to_begin
from pages.forms.base import RefusalsIn

ADD: Final = "add_to_shift"  # name of the button


class ElsewhereForm(forms.Form):
    """A district that the actor does not cover."""

    use_required_attribute = False  # in a fold of another form, which is saved without it
    districts = forms.ModelChoiceField(
        District.objects.none(),
        label=gettext_lazy("A district of others"),
        empty_label=gettext_lazy("Choose a district"),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["districts"].queryset = districts_to_begin(actor)


def elsewhere_form(request: ActorRequest) -> ElsewhereForm | None:
    """Return the form of an officer who is on duty, or None. The page tells others what to do."""
    actor = request.actor
    if not (actor.is_on_duty and can_begin_shift(actor)):
        return None
    return ElsewhereForm(request.POST if ADD in request.POST else None, actor=actor)


def add_chosen_district(request: ActorRequest, form: ElsewhereForm) -> District | None:
    """Add the district to the shift, so that the request goes on with it. None: the form says why not."""
    if not form.is_valid():
        return None
    district: District = form.cleaned_data["districts"]
    with RefusalsIn(form):
        add_districts(actor=request.actor, districts=[district])
        before = request.actor
        request.actor = actor_for(request.user, request_id=before.request_id, device=before.device)
        act_as(request.actor)
        text = _("%(district)s is part of your shift now. Its supervisors have been notified.")
        messages.success(request, text % {"district": district.name})
        return district
    return None
