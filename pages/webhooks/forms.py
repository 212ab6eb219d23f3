"""Forms for webhooks, for administrators."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from api.models import ApiKey, Webhook
from pages.forms.fields import UNREMEMBERED, fields_of

TYPES = (
    ("organisations", _("Organisations")),
    ("contacts", _("Contacts")),
    ("meetings", _("Meetings")),
    ("follow-ups", _("Follow-ups")),
    ("concerns", _("Concerns")),
    ("listings", _("Public listings")),
)


@fields_of(
    Webhook,
    *("key", "name", "url", "types"),
    key={
        "label": _("API key"),
        "empty_label": None,
        "help_text": _("It is notified of what this key can read, and stops when the key does."),
    },
    name={"widget": forms.TextInput(attrs=UNREMEMBERED)},
    url={"widget": forms.URLInput(attrs=UNREMEMBERED)},
    types={
        "label": _("Notify about"),
        "choices": TYPES,
        "required": False,
        "help_text": _("Select none to include everything the key can read."),
    },
)
class WebhookForm(forms.Form):
    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = ApiKey.objects.visible_to(actor).usable(timezone.now()).order_by("name", "pk")
        self.fields["key"].queryset = usable  # type: ignore[attr-defined]  # one of models

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "key_id": cleaned["key"].pk,
            "name": cleaned["name"],
            "url": cleaned["url"],
            "types": cleaned["types"] or None,
        }
