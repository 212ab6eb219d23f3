"""Registration form of the public process, which stores registrations by functions of the owner."""

import json
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connection
from django.utils.translation import get_language, pgettext, pgettext_lazy

from contacts.codes import Kind
from lib.cleaning import clean_text
from lib.domains import has_user_info, plain_email, plain_url
from lib.fold import squash
from lib.language_choices import SPOKEN
from publishing.codes import ListedField, Wants
from publishing.models.fields import MOST_LANGUAGES
from publishing.site.languages import ENGLISH, in_public_words, name_in

TRAP: Final = "second_name"  # a field that only programs fill in
OFFERED: Final = [field for field in ListedField if field not in (ListedField.KIND, ListedField.FOCUS)]


def _website_error() -> str:
    return pgettext("public page", "Enter a web address, such as https://example.org.")


def _text_field(kind: str = "text", **attributes: str) -> forms.TextInput:
    """Return a text field with the right keyboard on phones, which browsers can fill in."""
    widget = forms.TextInput(attrs=attributes)
    widget.input_type = kind
    return widget


def leave_registration(registration: dict[str, Any]) -> bool:
    """Store a registration by the owner's function. Return False if a limit of registrations is reached."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_register(%s::jsonb)", [json.dumps(registration)])
        return bool(cursor.fetchone()[0])


def leave_confirmation(token_hash: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_confirm(%s)", [token_hash])


class RegisterForm(forms.Form):
    """Form for an organisation, its contact person and the details to publish, in public words."""

    name = forms.CharField(
        label=pgettext_lazy("public page", "Name of the organisation"),
        max_length=200,
        widget=_text_field(autocomplete="organization"),
    )
    kind = forms.ChoiceField(label=pgettext_lazy("public page", "Kind of organisation"), choices=Kind)
    summary = forms.CharField(
        label=pgettext_lazy("public page", "What you do"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    languages = forms.MultipleChoiceField(
        label=pgettext_lazy("public page", "Languages you speak"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    website = forms.CharField(
        label=pgettext_lazy("public page", "Website"),
        max_length=300,
        required=False,
        widget=_text_field(autocomplete="off", inputmode="url"),
    )
    email = forms.EmailField(label=pgettext_lazy("public page", "Email of the organisation"), required=False)
    phone = forms.CharField(
        label=pgettext_lazy("public page", "Phone of the organisation"),
        max_length=30,
        required=False,
        widget=_text_field("tel"),
    )
    address = forms.CharField(label=pgettext_lazy("public page", "Address"), max_length=300, required=False)
    is_home = forms.BooleanField(
        label=pgettext_lazy("public page", "This is someone’s home. Do not publish the address."),
        required=False,
    )
    person_name = forms.CharField(
        label=pgettext_lazy("public page", "Your name"),
        max_length=160,
        required=False,
        widget=_text_field(autocomplete="name"),
    )
    person_role = forms.CharField(
        label=pgettext_lazy("public page", "What you do in the organisation"), max_length=120, required=False
    )
    person_email = forms.EmailField(
        label=pgettext_lazy("public page", "Your email. We send you a link to confirm."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    person_phone = forms.CharField(
        label=pgettext_lazy("public page", "Your phone"),
        max_length=30,
        required=False,
        widget=_text_field("tel", autocomplete="tel"),
    )
    fields_listed = forms.MultipleChoiceField(
        label=pgettext_lazy("public page", "What we may publish (leave empty: nothing)"),
        choices=[(field.value, field.label) for field in OFFERED],  # translated in __init__
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    second_name = forms.CharField(
        label=pgettext_lazy("public page", "Leave this empty"),
        required=False,
        max_length=200,
        widget=_text_field(autocomplete="off", tabindex="-1"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = {"kind": list(Kind), "fields_listed": OFFERED}
        for name, codes in offered.items():
            field: Any = self.fields[name]
            field.choices = [(code.value, in_public_words(code.label)) for code in codes]
        kinds: Any = self.fields["kind"]
        spoken: Any = self.fields["languages"]
        kinds.choices = [("", pgettext("public page", "Choose a kind")), *kinds.choices]
        page_language = get_language() or ENGLISH
        spoken.choices = sorted(
            ((code, name_in(code, page_language)) for code in SPOKEN), key=lambda pair: pair[1].casefold()
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("name", "phone", "address", "person_name", "person_role", "person_phone"):
            cleaned[name] = squash(cleaned.get(name) or "")
        cleaned["summary"] = clean_text(cleaned.get("summary") or "")
        for name in ("email", "person_email"):
            cleaned[name] = plain_email(cleaned.get(name) or "")
        cleaned["website"] = self._plain_website(cleaned.get("website") or "")
        if "name" not in self.errors and not cleaned["name"]:
            self.add_error("name", pgettext("public page", "Enter the name of the organisation."))
        cleaned["languages"] = (cleaned.get("languages") or [])[:MOST_LANGUAGES]
        return cleaned

    def _plain_website(self, text: str) -> str:
        url = squash(text)
        if url and "://" not in url:
            url = f"https://{url}"
        url = plain_url(url)
        try:
            if url:
                URLValidator(schemes=["http", "https"])(url)
            if has_user_info(url):
                raise ValidationError("")
        except ValidationError:
            self.add_error("website", _website_error())
        return url

    def registration(self, district: str, language: str, text_version: int) -> dict[str, Any]:
        """Return the registration as the owner's function takes it."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != TRAP}
        listed = fields.pop("fields_listed")
        wants = Wants.LISTED if listed else Wants.CONTACT
        fields |= {"district": district, "language": language, "text_version": text_version}
        return {**fields, "fields": listed, "wants": wants}
