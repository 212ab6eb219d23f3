"""The form of a merge: which other incident is the same event."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from pages.event_names import name_of_event
from pages.forms.base import ROWS
from pages.templatetags.ui import moment


class SameEventForm(forms.Form):
    """A choice of the incident that goes on, by name and start."""

    same_as = forms.TypedChoiceField(label=_("Same event as"), widget=forms.RadioSelect(attrs=ROWS))

    def __init__(self, *args: Any, offered: Iterable[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["same_as"].choices = [
            (str(row.pk), f"{name_of_event(row)} · {moment(row.started_at)}") for row in offered
        ]
