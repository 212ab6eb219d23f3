"""Naming a list with its filters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from districts.models import District


class SaveViewForm(forms.Form):
    """`query` is the address's; sharing is offered where a district is covered."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    shared_with = forms.ModelChoiceField(
        District.objects.none(), label=_("For whom?"), required=False, empty_label=_("Only me")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = District.objects.filter(pk__in=actor.district_ids).active().in_order()
        self.fields["shared_with"].queryset = covered  # type: ignore[attr-defined]  # a field of models
