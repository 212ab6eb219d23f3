"""Languages that people can choose, here and on the public form, with names in the reader's language."""

from typing import Final

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

SPOKEN: Final = (
    *(
        "am",
        "ar",
        "az",
        "bg",
        "bm",
        "bn",
        "bs",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "eu",
        "fa",
        "ff",
    ),
    *(
        "fi",
        "fr",
        "ga",
        "gl",
        "he",
        "hi",
        "hr",
        "hu",
        "hy",
        "it",
        "ka",
        "ku",
        "ln",
        "lt",
        "lv",
        "mk",
        "nb",
        "ne",
    ),
    *("nl", "pa", "pl", "ps", "pt", "ro", "rom", "ru", "se", "sgn", "sk", "sl", "so", "sq", "sr", "sv", "sw"),
    *("ta", "te", "th", "ti", "tl", "tr", "uk", "ur", "vi", "wo", "zgh", "zh-hans"),
)

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
