"""Removal of the empty catalogs that Django searches for every text.

Our texts are written in English, so most have no English translation. Django merges the `en-gb` files of all
packages into one catalog and chains their `en` files behind it. Those files contain no texts.
"""

from typing import Any

from django.utils.translation import trans_real


def forget_empty_fallbacks(language: str) -> None:
    """Remove the fallback catalogs of a language that contain no texts."""
    catalog: Any = trans_real.translation(language)  # in gettext's chain, which the stubs omit
    while catalog._fallback is not None:
        if _has_texts(catalog._fallback):
            catalog = catalog._fallback
        else:
            catalog._fallback = catalog._fallback._fallback


def _has_texts(catalog: Any) -> bool:
    """Whether the catalog contains more than its header (the entry for the empty text)."""
    return any(catalog._catalog.keys())
