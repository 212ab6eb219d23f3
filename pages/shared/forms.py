"""Form for data that was shared by phone, letter or in another way that leaves no file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.days import city_today
from privacy.codes import SharedBy


class SharingForm(forms.Form):
    recipient = forms.CharField(
        label=_("Who got the data?"), help_text=_("An office, organisation or person.")
    )
    how = forms.ChoiceField(label=_("How?"), choices=SharedBy.choices, widget=forms.RadioSelect)
    shared_on = forms.DateField(
        label=_("When?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Why?"), help_text=_("What was shared, and for what. No details."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"shared_on": city_today()})
        super().__init__(*args, **kwargs)
