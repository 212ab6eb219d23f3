"""Error texts of forms. Each tells the user what to do, not which rule was broken.

A field whose own text is better (“Enter a reason for cancelling.”) passes `error_messages` as usual.
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.mistakes import CHOICE, LENGTH, SIZE, VALUE

_FROM_LIST: Final = {
    "required": _("Choose an option."),
    "invalid_choice": CHOICE,
}
_SOME: Final = {
    "required": _("Choose at least one option."),
    "invalid_choice": _("Choose options from the list."),
}
#: Texts by type of field and code of the error. Subclasses use the texts of the nearest class listed here.
TEXTS: Final[dict[type[forms.Field], Mapping[str, Any]]] = {
    forms.Field: {"required": VALUE} | LENGTH,
    forms.BooleanField: {"required": _("Select the box.")},
    forms.ChoiceField: _FROM_LIST,
    forms.DateField: {"required": _("Choose a date.")},
    forms.DateTimeField: {"required": _("Choose a date and time.")},
    forms.EmailField: {"required": _("Enter an email address.")},
    forms.FileField: {"required": _("Choose a file.")},
    forms.IntegerField: {"required": _("Enter a number.")} | SIZE,
    forms.ModelChoiceField: _FROM_LIST,
    forms.MultipleChoiceField: _SOME,
    forms.ModelMultipleChoiceField: _SOME,
    forms.URLField: {"required": _("Enter a web address.")},
}


def describe_mistakes() -> None:
    """Replace Django's “This field is required.” and the like, in forms of packages too.

    Call it before forms are made.
    """
    for field, texts in TEXTS.items():
        field.default_error_messages = {**field.default_error_messages, **texts}
