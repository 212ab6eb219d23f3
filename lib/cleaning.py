"""Small steps every write takes: clean what was typed, see what changed."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from lib.days import city_today, is_plausible_day
from lib.domains import has_user_info, plain_email, plain_url
from lib.fold import can_be_seen, is_invisible, squash


def clean_text(text: str) -> str:
    """A text of several lines as a person meant it: NFC, LF, no control or invisible characters.

    Empty where nothing that is left can be seen.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = lines
    if not lines.isprintable():  # most lines are, and looking at each character takes long
        kept = "".join(c for c in lines if c in "\n\t\u200c\u200d" or not is_invisible(c))
    return kept.strip() if can_be_seen(kept) else ""


def clean_value(field: object, text: str) -> str:
    """`text` as a model's field keeps it: one line or several, domains in punycode.

    Raises ValidationError for a web address with somebody's name or password in it.
    """
    if isinstance(field, models.TextField):
        return clean_text(text)
    if isinstance(field, models.URLField):
        url = plain_url(squash(text))
        if has_user_info(url):
            raise ValidationError(_("Remove the part before the @."), code="user_info")
        return url
    # An address that somebody signs in with stays as it was given: it is looked for as it is typed there.
    if isinstance(field, models.EmailField) and not field.unique:
        return plain_email(text)
    return squash(text)


def assign(row: models.Model, values: Mapping[str, object], *, is_clean: bool = False) -> list[str]:
    """Set `values` on `row`, texts cleaned; answers the names whose value is now another.

    With `is_clean` they are as the columns keep them, and are set past what would read a number anew.
    Raises ValidationError by field for a day or moment nobody can mean, and as `clean_value` does.
    """
    changed = []
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
    return changed


def refuse_future(row: models.Model, names: Iterable[str]) -> None:
    """Raises ValidationError for those of the days `names` that are still to come."""
    today = city_today()
    early = [name for name in names if (day := getattr(row, name)) and day > today]
    if early:
        raise ValidationError(dict.fromkeys(early, _("The date must not be in the future.")))
