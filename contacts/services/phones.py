"""A phone with letters is no phone: the library would dial “612 ABC DEF” as something else."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def refuse_letters(phone: object) -> None:
    """Raise ValidationError at `phone` when what was typed has a letter in it."""
    typed = getattr(phone, "raw_input", None) or ""
    if any(character.isalpha() for character in typed):
        raise ValidationError({"phone": _("Write a phone number, such as 612 345 678.")})
