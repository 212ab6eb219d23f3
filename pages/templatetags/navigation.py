"""Template tags of a page's frame: the menu of a page and the tabs of a place. Builtin in every template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pages.icons import drawn
from pages.offered_pages import Page
from pages.places import DISTRICT, main_places

register = template.Library()

#: What the tabs of District keep of an address: the district, the period, and how figures are counted.
KEPT: Final = ("district", "period", "from", "to", "compare", "all_kinds", "indicator")


@register.simple_block_tag
def menu(content: str) -> SafeString:
    """The menu of a page around its items, each a `<li>`. A menu without items is not drawn."""
    if not content.strip():
        return SafeString()
    return format_html(
        '<details class="menu end" id="page-menu"><summary>{}<span>{}</span></summary><ul>{}</ul></details>',
        drawn("ellipsis"),
        _("More"),
        mark_safe(content),  # noqa: S308  # rendered by a template, which has escaped its values
    )


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to a page of the same place, with the value of its `aria-current`, or empty."""

    label: str | Promise
    url: str
    current: str


@register.inclusion_tag("partials/tabs.html", takes_context=True)
def place_tabs(context: Context) -> dict[str, object]:
    """The tabs of the place, if this page is one of them. Tabs of District keep district and period."""
    request = context.get("request")
    if request is None or not request.resolver_match or not hasattr(request, "actor"):
        return {"tabs": []}
    name = request.resolver_match.url_name
    for place in main_places(request.actor):
        pages = [page for page in place.for_actor(request.actor) if page.tab]
        if len(pages) > 1 and any(name == page.name or name in page.tab_on for page in pages):
            query = _kept_query(context) if place is DISTRICT else {}
            tabs = [Tab(page.tab, _address(page.name, query), _current(page, name)) for page in pages]
            return {"tabs": tabs, "place": place}
    return {"tabs": []}


def _current(page: Page, name: str) -> str:
    if page.name == name:
        return "page"
    return "true" if name in page.tab_on else ""


def _kept_query(context: Context) -> dict[str, str]:
    """The parameters that tabs of District keep: of the page's form or its address, and the page's district.

    A district in the address alone is left out, because only the page knows whether the reader covers it.
    """
    parameters = getattr(context.get("form"), "tab_parameters", None)
    if parameters is None:
        parameters = {name: value for name, value in context["request"].GET.items() if name != "district"}
    query = {name: parameters[name] for name in KEPT if parameters.get(name)}
    district = context.get("district")
    return query | {"district": district.code} if district else query


def _address(name: str, query: Mapping[str, str]) -> str:
    """The address of a page of District. At a glance of one district is that district's own page."""
    url = reverse(name)
    if name == DISTRICT.pages[0].name and "district" in query:
        url = reverse("district", args=[query["district"]])
        query = {name: value for name, value in query.items() if name != "district"}
    return f"{url}?{urlencode(query)}" if query else url


@register.simple_tag(takes_context=True)
def tab_url(context: Context, name: str) -> str:
    """The address of another page of District, which keeps district and period."""
    return _address(name, _kept_query(context))


@dataclass(frozen=True, slots=True)
class DistrictLink:
    """A district in the menu of districts, with the value of its `aria-current`, or empty."""

    name: str
    url: str
    current: str


def _own_address(name: str) -> str:
    """The page that the menu of districts leads to: this page, or At a glance for those of one district."""
    is_tab = any(name == page.name or name in page.tab_on for page in DISTRICT.pages)
    return name if is_tab and name != "district" else DISTRICT.pages[0].name


@register.inclusion_tag("pages/districts/menu.html", takes_context=True)
def district_menu(context: Context) -> dict[str, object]:
    """The menu of the districts that the reader covers: the same page of each, and of all of them.

    A scorecard is always of one district, so its menu does not offer all.
    """
    request = context["request"]
    districts = context.get("district_menu") or []
    query = _kept_query(context)
    code = query.pop("district", "")
    name = _own_address(request.resolver_match.url_name)
    links = [
        DistrictLink(
            row.name, _address(name, query | {"district": row.code}), "true" if row.code == code else ""
        )
        for row in districts
    ]
    return {
        "links": links,
        "all_url": "" if name == "reports" else _address(name, query),
        "is_all": not code,
        "has_city": any(row.parent_id is None for row in districts),
        "city": settings.CITY_NAME,
    }
