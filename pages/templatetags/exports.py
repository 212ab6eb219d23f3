"""Template tag for a list's “Export” link, for users who may export."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse

from exchange.policies import can_export
from pages.lists import Listing

register = template.Library()


@register.inclusion_tag("components/export.html", takes_context=True)
def export_link(context: Context, page: Listing, noun: str) -> dict[str, Any]:
    """`{% export_link page "organisations" %}` in a list's heading: export the rows that the page shows.

    Some lists, such as practices, have no export.
    """
    may = can_export(context["request"].actor) and page.rows and not page.form.errors
    query = urlencode(page.filters, safe=",:")
    try:
        address = reverse(f"{noun}_export")
    except NoReverseMatch:
        return {"url": ""}
    return {"url": (f"{address}?{query}" if query else address) if may else ""}
