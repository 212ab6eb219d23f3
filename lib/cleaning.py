"""Small steps of every write: clean input and detect changes."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from lib.days import city_today, is_plausible_day
from lib.domains import has_user_info, plain_email, plain_url
from lib.fold import can_be_seen, is_invisible, squash
from lib.freezing import refuse_replacing


def clean_text(text: str) -> str:
    """Clean a multi-line text: NFC, LF, no control or invisible characters.

    Returns an empty text if nothing visible remains.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    cleaned = lines
    if not lines.isprintable():  # checking each character is slow and rarely needed
        cleaned = "".join(c for c in lines if c in "\n\t\u200c\u200d" or not is_invisible(c))
    return cleaned.strip() if can_be_seen(cleaned) else ""


def clean_value(field: object, text: str) -> str:
    """Clean `text` for a model field: one line or several, domains in punycode.

    Raises ValidationError for a web address that contains a user name or password.
    """
    if isinstance(field, models.TextField):
        return clean_text(text)
    if isinstance(field, models.URLField):
        url = plain_url(squash(text))
        if has_user_info(url):
            raise ValidationError(_("Remove the part before the @."), code="user_info")
        return url
    # Sign-in addresses are kept as given, because sign-in looks them up as typed.
    if isinstance(field, models.EmailField) and not field.unique:
        return plain_email(text)
    return squash(text)


def assign(row: models.Model, values: Mapping[str, object], *, is_clean: bool = False) -> list[str]:
    """Set `values` on `row` with cleaned texts, and return the names of the changed fields.

    With `is_clean` the values are already in column form and skip cleaning and phone parsing. Raises
    ValidationError by field for an implausible day or time, and as `clean_value` does. Raises Frozen for a
    text that is hidden for now.
    """
    changed = []
    replaced: dict[str, str] = {}
    for name, value in values.items():
        field = row._meta.get_field(name)
        attribute = getattr(field, "attname", name)
        before = getattr(row, attribute)
        if is_clean:
            if attribute == name:
                row.__dict__[name] = value
            else:
                setattr(row, attribute, value.pk if isinstance(value, models.Model) else value)
            if row.__dict__[attribute] != before:
                changed.append(name)
                if isinstance(before, str):
                    replaced[name] = before
            continue
        if isinstance(value, date) and not is_plausible_day(value):
            raise ValidationError({name: _("Check the year.")}, code="year")
        if isinstance(value, str):
            try:
                value = clean_value(field, value)
            except ValidationError as error:
                raise ValidationError({name: error}) from error
        setattr(row, name, value)
        if getattr(row, attribute) != before:
            changed.append(name)
            if isinstance(before, str):
                replaced[name] = before
    if replaced and not row._state.adding:
        refuse_replacing(row, replaced)
    return changed


def refuse_future(row: models.Model, names: Iterable[str]) -> None:
    """Raise ValidationError for those of the days `names` that are in the future."""
    today = city_today()
    early = [name for name in names if (day := getattr(row, name)) and day > today]
    if early:
        raise ValidationError(dict.fromkeys(early, _("The date must not be in the future.")))
