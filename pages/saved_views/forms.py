"""Form for saving a list with its filters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import SavedView
from districts.models import District
from pages.forms.fields import fields_of


@fields_of(
    SavedView,
    *("name", "query", "shared_with"),
    name={"label": _("View name")},
    query={"required": False, "widget": forms.HiddenInput},
    shared_with={"label": _("Who is it for?"), "empty_label": _("Only me")},
)
class SaveViewForm(forms.Form):
    """`query` comes from the URL. Sharing is offered for covered districts."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = District.objects.filter(pk__in=actor.district_ids).active().in_order()
        self.fields["shared_with"].queryset = covered  # type: ignore[attr-defined]  # a field of models
