"""Template filters for codes: `{{ meeting|labels:"outcomes" }}`, `{{ alert.answer|reason }}`."""

from django import template
from django.db import models

from audit.codes import words_of
from lib.field_limits import codes_of
from pages.event_names import name_of_event

register = template.Library()


@register.filter
def labels(row: models.Model, field_name: str) -> list[str]:
    """Translated labels of the codes in an array field, in order."""
    names = codes_of(row._meta.get_field(field_name))
    return [str(names.get(code, code)) for code in getattr(row, field_name)]


@register.filter
def event_name(row: models.Model) -> str:
    """The name of a concern or incident: its kinds and where it happened. It is the same on every page."""
    return name_of_event(row)


@register.filter
def reason(text: str) -> str:
    """A reason in the reader's language, whether it was typed or chosen with one tap."""
    return words_of(text)
