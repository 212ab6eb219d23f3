"""Findings of a data request in templates."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from privacy.reading import Part

register = template.Library()


@register.filter
def passage(parts: Iterable[Part]) -> SafeString:
    """The text of a finding, with what was found and cut. A template would add spaces between them."""
    return format_html_join("", "{}{}", (("… " if part.gap else "", _marked(part)) for part in parts))


def _marked(part: Part) -> SafeString | str:
    if part.is_cut:
        return format_html('<del class="cut">{}</del>', part.text)
    return format_html("<mark>{}</mark>", part.text) if part.is_found else part.text
