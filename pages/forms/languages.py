"""Languages that people speak with the police, by code, with names in the reader's language."""

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from lib.spoken import SPOKEN

# Languages without a name in Django.
_NAMES = {
    "am": gettext_lazy("Amharic"),
    "bm": gettext_lazy("Bambara"),
    "ff": gettext_lazy("Fula"),
    "ku": gettext_lazy("Kurdish"),
    "ln": gettext_lazy("Lingala"),
    "ps": gettext_lazy("Pashto"),
    "rom": pgettext_lazy("the language", "Romani"),
    "se": gettext_lazy("Northern Sámi"),
    "sgn": gettext_lazy("Sign language"),
    "so": gettext_lazy("Somali"),
    "ti": gettext_lazy("Tigrinya"),
    "tl": gettext_lazy("Tagalog"),
    "wo": gettext_lazy("Wolof"),
    "zgh": gettext_lazy("Amazigh"),
}


def language_name(code: str) -> str:
    if code in _NAMES:
        return str(_NAMES[code])
    return _(get_language_info(code)["name_translated"]) if code in LANG_INFO else code


def language_choices(*also: str) -> list[tuple[str, str]]:
    """All offered languages and those in `also`, by name."""
    codes = {*SPOKEN, *also}
    return sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1].casefold())
