"""Error texts of model fields: what to do, not which rule was broken.

Forms and the API have texts of their own by type of field. These texts are for values that only models check:
from imports, archives, commands and services. A field with a better text passes `error_messages`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.postgres import fields as postgres
from django.contrib.postgres import validators as of_arrays
from django.core import validators
from django.db import models
from django.utils.translation import gettext_lazy as _

LENGTH: Final = {
    "max_length": _("This is too long. Limit in characters: %(limit_value)d; yours: %(show_value)d."),
    "min_length": _("This is too short. Least number of characters: %(limit_value)d."),
}
SIZE: Final = {
    "max_value": _("Enter a number of %(limit_value)s or less."),
    "min_value": _("Enter a number of %(limit_value)s or more."),
}
VALUE: Final = _("Enter a value.")
CHOICE: Final = _("Choose an option from the list.")
_NUMBER: Final = _("Enter a number.")
_DATE: Final = _("Enter a date, such as 2026-11-24.")
_MOMENT: Final = _("Enter a date and time, such as 2026-11-24 14:05.")
_EMAIL: Final = _("Enter an email address, such as name@example.org.")
_WEB: Final = _("Enter a web address, such as https://example.org.")
#: Texts by validator.
_OF_VALIDATORS: Final[Sequence[tuple[Any, Any]]] = (
    (validators.MaxLengthValidator, LENGTH["max_length"]),
    (validators.MinLengthValidator, LENGTH["min_length"]),
    (validators.MaxValueValidator, SIZE["max_value"]),
    (validators.MinValueValidator, SIZE["min_value"]),
    (validators.EmailValidator, _EMAIL),
    (validators.URLValidator, _WEB),
    (validators.validate_slug, _("Use only letters, numbers, underscores and hyphens.")),
    (validators.ProhibitNullCharactersValidator, _("Remove the null characters (U+0000).")),
    (
        of_arrays.ArrayMaxLengthValidator,
        _("Enter fewer items. Limit: %(limit_value)d; yours: %(show_value)d."),
    ),
    (of_arrays.ArrayMinLengthValidator, _("Enter more items. Least number: %(limit_value)d.")),
)
#: Texts by type of field and code of the error.
_OF_FIELDS: Final[Mapping[Any, Mapping[str, Any]]] = {
    models.Field: {
        "invalid_choice": CHOICE,
        "null": VALUE,
        "blank": VALUE,
        "unique": _("A record with this %(field_label)s already exists. Enter a different one."),
    },
    models.BooleanField: dict.fromkeys(("invalid", "invalid_nullable"), _("Choose yes or no.")),
    models.DateField: dict.fromkeys(("invalid", "invalid_date"), _DATE),
    models.DateTimeField: dict.fromkeys(("invalid", "invalid_date", "invalid_datetime"), _MOMENT),
    models.DecimalField: {"invalid": _NUMBER},
    models.FloatField: {"invalid": _NUMBER},
    models.ForeignKey: {"invalid": CHOICE},
    models.IntegerField: {"invalid": _NUMBER},
    models.JSONField: {"invalid": _("Enter valid JSON.")},
    models.TimeField: dict.fromkeys(("invalid", "invalid_time"), _("Enter a time, such as 14:05.")),
    models.UUIDField: {"invalid": _("Enter an ID, such as 0192f0c1-7d2e-7c3a-9b1f-2f6e8a4d5c10.")},
    postgres.ArrayField: {"item_invalid": _("Entry %(nth)s of the list:")},
}


def describe_mistakes() -> None:
    """Replace Django's “Ensure this value has at most …” and the like. Call it before a field is used."""
    for validator, text in _OF_VALIDATORS:
        validator.message = text
    for field, texts in _OF_FIELDS.items():
        field.default_error_messages = {**field.default_error_messages, **texts}
