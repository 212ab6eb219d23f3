"""Drop the empty catalogs in which Django would look for every text of every page.

Our texts are written in English, so most have no translation into it. Django merges the `en-gb` files of all
packages into one catalog and chains their `en` files behind it. Those hold no text.
"""

from typing import Any

from django.utils.translation import trans_real


def forget_empty_fallbacks(language: str) -> None:
    """Remove the fallbacks of a language that hold no text."""
    catalog: Any = trans_real.translation(language)  # as gettext chains them, of which it says nothing
    while catalog._fallback is not None:
        if _has_texts(catalog._fallback):
            catalog = catalog._fallback
        else:
            catalog._fallback = catalog._fallback._fallback


def _has_texts(catalog: Any) -> bool:
    """Whether the catalog holds more than its header, which is filed under the empty text."""
    return any(catalog._catalog.keys())
