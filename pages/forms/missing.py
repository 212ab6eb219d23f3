"""What a form says about an empty required field: what to do, not that the field is required.

A field whose own text is better (“Enter a reason for cancelling.”) passes `error_messages` as usual.
"""

from typing import Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Subclasses use the text of the nearest class listed here.
MISSING: Final[dict[type[forms.Field], Promise]] = {
    forms.Field: _("Enter a value."),
    forms.BooleanField: _("Select the box."),
    forms.ChoiceField: _("Choose an option."),
    forms.DateField: _("Choose a date."),
    forms.DateTimeField: _("Choose a date and time."),
    forms.EmailField: _("Enter an email address."),
    forms.FileField: _("Choose a file."),
    forms.IntegerField: _("Enter a number."),
    forms.ModelChoiceField: _("Choose an option."),
    forms.MultipleChoiceField: _("Choose at least one option."),
    forms.ModelMultipleChoiceField: _("Choose at least one option."),
    forms.URLField: _("Enter a web address."),
}


def describe_missing_values() -> None:
    """Replace Django's “This field is required.”, in forms of packages too. Call it before forms are made."""
    for field, text in MISSING.items():
        field.default_error_messages = {**field.default_error_messages, "required": text}
