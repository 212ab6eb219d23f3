"""Forms for duty shifts."""

from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.actors import Actor
from accounts.models import DutyShift, User
from accounts.rules import WRITES
from districts.models import District
from pages.districts.forms import DistrictsField
from pages.forms.fields import UNREMEMBERED, fields_of

HOURS = (2, 4, 8, 12)
DISTRICT_CHECKS: Final = forms.CheckboxSelectMultiple(attrs={"class": "checks", **UNREMEMBERED})
#: The city and its districts: no one is on duty in a neighbourhood only.
_UPPER = Q(parent=None) | Q(parent__parent=None)


def districts_to_begin(actor: Actor) -> Any:
    """Districts that a shift can open to the actor: neither covered ones nor those above them."""
    lineages = District.objects.filter(pk__in=actor.district_ids).values_list("lineage", flat=True)
    own_or_above = {pk for lineage in lineages for pk in lineage}
    return District.objects.active().filter(_UPPER).exclude(pk__in=own_or_above).as_tree()


class AddForm(forms.Form):
    """Further districts of a shift that is open."""

    districts = DistrictsField(
        label=_("Districts, up to three"), queryset=District.objects.none(), widget=DISTRICT_CHECKS
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["districts"].queryset = districts_to_begin(actor)


@fields_of(DutyShift, "reason", reason={"widget": forms.HiddenInput})
class BeginForm(AddForm):
    """Districts and duration. The reasons are the form's buttons."""

    field_order = ("districts", "hours", "reason")
    hours = forms.TypedChoiceField(
        label=_("How long for"),
        choices=[(n, ngettext_lazy("%(n)d hour", "%(n)d hours", n) % {"n": n}) for n in HOURS],
        coerce=int,
        initial=8,
        widget=forms.RadioSelect,
    )


@fields_of(
    DutyShift, *("user", "starts_at", "ends_at", "reason"), user={"empty_label": _("Choose a colleague")}
)
class PlanForm(forms.Form):
    """A shift of a colleague, in districts that the supervisor covers."""

    field_order = ("user", "districts", "starts_at", "ends_at", "reason")
    districts = DistrictsField(label=_("Districts"), queryset=District.objects.none(), widget=DISTRICT_CHECKS)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.visible_to(actor).active().with_role(*WRITES).filter(~Q(districts=None))
        fields: Any = self.fields
        fields["user"].queryset = staff.distinct().in_order()
        covered = District.objects.active().filter(pk__in=actor.district_ids)
        fields["districts"].queryset = covered.filter(_UPPER | ~Q(parent__in=actor.district_ids)).as_tree()
