"""Languages that people speak with the police, by code, with names in the reader's language."""

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

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
_NAMED_BY_DJANGO = (
    "ar az bg bn bs ca cs da de el en es et eu fa fi fr ga gl he hi hr hu hy it ka lt lv mk nb ne nl pa pl "
    "pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh-hans"
)


def language_name(code: str) -> str:
    if code in _NAMES:
        return str(_NAMES[code])
    return _(get_language_info(code)["name_translated"]) if code in LANG_INFO else code


def language_choices(*also: str) -> list[tuple[str, str]]:
    """All offered languages and those in `also`, by name."""
    codes = {*_NAMES, *_NAMED_BY_DJANGO.split(), *also}
    return sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1].casefold())
