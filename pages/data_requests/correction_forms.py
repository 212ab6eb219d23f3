"""Forms to correct what a person says is wrong: their contact, or a text that names them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from contacts.services.rectifications import CORRECTED
from pages.contacts.forms import contact_values
from pages.forms.base import VersionedForm
from pages.forms.fields import CHECKS, UNREMEMBERED, fields_of
from pages.forms.languages import language_choices
from privacy.codes import NoticeAnswer
from privacy.models import Notice


@fields_of(
    Contact,
    *CORRECTED,
    email={"widget": forms.EmailInput(attrs=UNREMEMBERED)},
    preferred_channel={"empty": _("No preference")},
    languages={"widget": CHECKS},
)
class CorrectionForm(VersionedForm):
    """Fields of a contact that a person can have corrected."""

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        stored = contact_values(contact)
        kwargs["initial"] = {name: stored[name] for name in (*CORRECTED, "version")}
        super().__init__(*args, **kwargs)
        languages: Any = self.fields["languages"]
        languages.choices = language_choices(*contact.languages)

    @property
    def rows(self) -> list[forms.BoundField]:
        return [self[name] for name in CORRECTED]


class TextCorrectionForm(forms.Form):
    """A text as it was read, and as it shall be."""

    was = forms.CharField(strip=False, required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("New text"), strip=False, widget=forms.Textarea(attrs={"rows": 10} | UNREMEMBERED)
    )


@fields_of(
    Notice,
    answer={
        "label": _("What did they do?"),
        "choices": NoticeAnswer.choices,
        "required": True,
        "help_text": "",
        "widget": forms.RadioSelect(attrs=UNREMEMBERED),
    },
)
class NoticeAnswerForm(forms.Form):
    """The recipient's answer to a notice."""
