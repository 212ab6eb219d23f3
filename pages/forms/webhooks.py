"""Where a key wants to be told of changes, as an administrator describes it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from api.models import ApiKey

TYPES = (
    ("organisations", _("Organisations")),
    ("contacts", _("Contacts")),
    ("meetings", _("Meetings")),
    ("follow-ups", _("Follow-ups")),
    ("concerns", _("Concerns")),
)


class WebhookForm(forms.Form):
    key = forms.ModelChoiceField(
        label=_("For the key"),
        queryset=ApiKey.objects.none(),
        empty_label=None,
        help_text=_("It is told what this key may read, and ends with it."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("https, on a public address; it is called from here."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    types = forms.MultipleChoiceField(
        label=_("Told of changes of"),
        choices=TYPES,
        required=False,
        help_text=_("None chosen: all that the key reads."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = ApiKey.objects.visible_to(actor).usable(timezone.now()).order_by("name", "pk")
        self.fields["key"].queryset = usable  # type: ignore[attr-defined]  # one of models

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "key_id": given["key"].pk,
            "name": given["name"],
            "url": given["url"],
            "types": given["types"] or None,
        }
