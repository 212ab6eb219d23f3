"""A phone is one number, whole: a library would dial “612 ABC DEF”, and keep the first of two."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.rules.phones import plain_number, says_more


def check_phone(phone: object, field: str = "phone") -> None:
    """Raise ValidationError at `field` when what was typed has letters, or more than one number, in it.

    The library reads the second of two numbers as an extension, and neither is kept with the number.
    """
    typed = plain_number(getattr(phone, "raw_input", None) or "")
    marked = getattr(phone, "extension", None)
    if any(character.isalpha() for character in typed) and not marked:
        raise ValidationError({field: _("Enter a phone number, such as 612 345 678.")})
    if isinstance(phone, phonenumbers.PhoneNumber) and typed and says_more(typed, phone):
        said = _("Enter one phone number, without an extension or a second number, such as 612 345 678.")
        raise ValidationError({field: said}, code="several")
