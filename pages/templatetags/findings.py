"""Findings of a data request in templates."""

from collections.abc import Iterable

from django import forms, template
from django.apps import apps
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from privacy.exports.drafts import Piece
from privacy.models import Notice
from privacy.queries.findings import Part
from privacy.services.corrections import TEXTS

register = template.Library()


@register.filter
def passage(parts: Iterable[Part]) -> SafeString:
    """The text of a finding, with what was found and cut. A template would add spaces between them."""
    return format_html_join("", "{}{}", (("… " if part.gap else "", _marked(part)) for part in parts))


@register.filter
def draft_text(pieces: Iterable[Piece]) -> SafeString:
    """The text of a note in the draft of a letter, with what is cut and what may be about someone else."""
    shapes = {(True, False): '<del class="cut">{}</del>', (False, True): "<mark>{}</mark>"}
    return format_html_join(
        "",
        "{}",
        ((format_html(shapes.get((piece.is_cut, piece.is_marked), "{}"), piece.text),) for piece in pieces),
    )


def _marked(part: Part) -> SafeString | str:
    if part.is_cut:
        return format_html('<del class="cut">{}</del>', part.text)
    return format_html("<mark>{}</mark>", part.text) if part.is_found else part.text


@register.filter
def days_late(days_left: int) -> int:
    """The days since the last day, from the days left, which are below 0 then."""
    return -days_left


@register.filter
def old_value(field: forms.BoundField) -> str:
    """The earlier value of a field, in words."""
    choices = dict(getattr(field.field, "choices", ()))
    old_codes = field.initial if isinstance(field.initial, list) else [field.initial]
    return ", ".join(str(choices.get(code, code)) for code in old_codes if code) or "—"


@register.filter
def corrected_fields(notice: Notice) -> list[str]:
    """The fields of a notice in words, as their tables call them."""
    models = [apps.get_model(label) for label in ("contacts.Contact", *sorted(TEXTS))]
    words: dict[str, str] = {}
    for model in models:
        for field in model._meta.fields:
            words.setdefault(field.name, str(field.verbose_name))
    return [words.get(name, name) for name in notice.field_names]
