"""What a form says about a wrong value: what to do, not which rule was broken.

A field whose own text is better (“Enter a reason for cancelling.”) passes `error_messages` as usual.
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

_FROM_LIST: Final = {
    "required": _("Choose an option."),
    "invalid_choice": _("Choose an option from the list."),
}
_SOME: Final = {
    "required": _("Choose at least one option."),
    "invalid_choice": _("Choose options from the list."),
}
_LENGTH: Final = {
    "max_length": _("This is too long. Limit in characters: %(limit_value)d; yours: %(show_value)d."),
    "min_length": _("This is too short. Least number of characters: %(limit_value)d."),
}
_SIZE: Final = {
    "max_value": _("Enter a number of %(limit_value)s or less."),
    "min_value": _("Enter a number of %(limit_value)s or more."),
}
#: Texts by type of field and code of the error. Subclasses use the texts of the nearest class listed here.
TEXTS: Final[dict[type[forms.Field], Mapping[str, Any]]] = {
    forms.Field: {"required": _("Enter a value.")} | _LENGTH,
    forms.BooleanField: {"required": _("Select the box.")},
    forms.ChoiceField: _FROM_LIST,
    forms.DateField: {"required": _("Choose a date.")},
    forms.DateTimeField: {"required": _("Choose a date and time.")},
    forms.EmailField: {"required": _("Enter an email address.")},
    forms.FileField: {"required": _("Choose a file.")},
    forms.IntegerField: {"required": _("Enter a number.")} | _SIZE,
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
