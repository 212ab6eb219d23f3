"""Codes of languages that texts can be in (BCP 47): those that the system has a name for."""

from typing import Final

from django.conf.locale import LANG_INFO

#: Languages without a name in Django.
_UNNAMED: Final = frozenset(
    ["am", "bm", "ff", "ku", "ln", "ps", "rom", "se", "sgn", "so", "ti", "tl", "wo", "zgh"]
)
#: Languages of the European Union and of Europe's regions that Django does not know either.
_EUROPEAN: Final = frozenset(["fo", "lb", "mt", "oc", "rm"])
_KNOWN: Final = _UNNAMED | _EUROPEAN | {code.partition("-")[0] for code in LANG_INFO}


def is_known_language(tag: str) -> bool:
    """Whether the language of a tag is known, in any region.

    >>> [is_known_language(tag) for tag in ("es", "es-mx", "rom", "xx")]
    [True, True, True, False]
    """
    return tag.partition("-")[0] in _KNOWN
