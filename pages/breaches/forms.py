"""Forms of breaches: what happened, and which account or key saw records between two moments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms.base import VersionedForm
from pages.forms.fields import CHECKS, MomentField, fields_of
from privacy.models import Breach

MOMENTS = ("noticed_at", "aware_at", "told_authority_at", "told_people_at")


@fields_of(
    Breach,
    *("noticed_at", "aware_at", "what"),
    scenario={"widget": forms.RadioSelect},
    kinds={"widget": CHECKS},
)
class BreachForm(forms.Form):
    """The first facts of a breach."""

    noticed_at = MomentField(label=_("First noticed"))
    aware_at = MomentField(label=_("Known to be a breach"), help_text=_("The 72 hours run from this moment."))


@fields_of(
    Breach,
    *("scenario", "noticed_at", "aware_at", "what", "people_kinds", "people", "data_kinds", "records"),
    *("consequences", "measures"),
    *("told_authority_at", "delay_reason", "told_people_at", "told_people"),
    "risk",
    kinds={"widget": CHECKS},
)
class DescriptionForm(VersionedForm):
    """All that is known by now."""

    noticed_at = MomentField(label=_("First noticed"))
    aware_at = MomentField(label=_("Known to be a breach"), help_text=_("The 72 hours run from this moment."))
    told_authority_at = MomentField(label=_("Authority told"), required=False)
    told_people_at = MomentField(label=_("People told"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in MOMENTS:
            field: Any = self.fields[name]
            field.shown = self.initial.get(name)


class SeenForm(forms.Form):
    """An account or key, and a period."""

    who = forms.ChoiceField(label=_("Account or key"))
    since = MomentField(label=_("From"))
    until = MomentField(label=_("To"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account_field: Any = self.fields["who"]
        account_field.choices = people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"since", "until"} <= cleaned.keys() and cleaned["until"] <= cleaned["since"]:
            self.add_error("until", _("Choose a later moment."))
        return cleaned
