"""“Copy as API call”: the API call that returns what a list page shows."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import resolve, reverse

from pages.lists import Listing


@dataclass(frozen=True, slots=True)
class Call:
    """An API call. `left_out_mine`: the page showed the reader's own rows, which a key does not have."""

    url: str
    left_out_mine: bool

    @property
    def curl(self) -> str:
        return f'curl -H "Authorization: Bearer $CRM_KEY" \\\n  "{self.url}"'


def call_of(page: Listing, resource: str) -> Call | None:
    """The call for a list's filters and order, from its first page. None if a filter is invalid."""
    if page.form.errors:
        return None
    path = reverse(f"api-{resource}")
    parameters = {name: value for name, value in page.filters.items() if name != "mine"}
    viewset: Any = resolve(path).func
    if page.ordering.removeprefix("-") in viewset.cls.orderings:
        parameters["ordering"] = page.ordering
    query = urlencode(parameters, safe=",:")
    url = f"{settings.SITE_URL}{path}" + (f"?{query}" if query else "")
    return Call(url, left_out_mine="mine" in page.filters)
