"""Check that a phone field is one number. The library accepts “612 ABC DEF”, and the first of two numbers."""

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.rules.phones import has_unread_digits, plain_number


def check_phone(phone: object, field: str = "phone") -> None:
    """Raise ValidationError at `field` if the typed text has letters or more than one number.

    The library reads the second of two numbers as an extension, which is not stored.
    """
    typed = plain_number(getattr(phone, "raw_input", None) or "")
    marked = getattr(phone, "extension", None)
    if any(character.isalpha() for character in typed) and not marked:
        raise ValidationError({field: _("Enter a phone number, such as %(example)s.") % example_phone()})
    if isinstance(phone, phonenumbers.PhoneNumber) and typed and has_unread_digits(typed, phone):
        text = _("Enter one phone number, without an extension or a second number, such as %(example)s.")
        raise ValidationError({field: text % example_phone()}, code="several")


def example_phone() -> dict[str, str]:
    """Return a number as it is written in the city's country, for messages."""
    region = settings.PHONENUMBER_DEFAULT_REGION
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        return {"example": "+34 612 34 56 78"}
    return {"example": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)}
