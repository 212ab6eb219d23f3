"""Small steps every write takes: clean what was typed, see what changed."""

import unicodedata
from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from lib.days import is_thinkable
from lib.fold import squash


def clean_text(text: str) -> str:
    """A text of several lines as a person meant it: NFC, LF, no control or invisible characters."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        c for c in lines if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in {"Cf", "Cc", "Cs"}
    )
    return kept.strip()


def assign(row: models.Model, values: Mapping[str, object]) -> list[str]:
    """Set `values` on `row`, texts cleaned; answers the names whose value is now another.

    Raises ValidationError for a day or moment nobody can mean.
    """
    changed = []
    for name, value in values.items():
        field = row._meta.get_field(name)
        if isinstance(value, date) and not is_thinkable(value):
            raise ValidationError({name: _("This year cannot be right.")}, code="year")
        if isinstance(value, str):
            value = clean_text(value) if isinstance(field, models.TextField) else squash(value)
        attribute = getattr(field, "attname", name)
        before = getattr(row, attribute)
        setattr(row, name, value)
        if getattr(row, attribute) != before:
            changed.append(name)
    return changed
