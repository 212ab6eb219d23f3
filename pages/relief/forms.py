"""Form for temporary access to another district."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.actors import Actor
from accounts.models import Relief
from districts.models import District
from pages.districts.forms import DistrictChoice
from pages.forms.fields import fields_of

HOURS = (2, 4, 8, 12)


@fields_of(
    Relief,
    *("district", "hours", "reason"),
    district={
        "label": _("Temporary access to"),
        "form_class": DistrictChoice,
        "empty_label": _("Choose a district"),
    },
    reason={"widget": forms.HiddenInput},
)
class ReliefForm(forms.Form):
    """District and duration. The reasons are the form's buttons."""

    hours = forms.TypedChoiceField(
        label=_("How long for"),
        choices=[(n, ngettext_lazy("%(n)d hour", "%(n)d hours", n) % {"n": n}) for n in HOURS],
        coerce=int,
        initial=8,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lineages = District.objects.filter(pk__in=actor.district_ids).values_list("lineage", flat=True)
        own_or_above = {pk for lineage in lineages for pk in lineage}
        offered = District.objects.active().exclude(pk__in=own_or_above).as_tree()
        self.fields["district"].queryset = offered  # type: ignore[attr-defined]  # a field of models
