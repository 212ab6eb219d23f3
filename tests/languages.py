"""A pseudo-language for tests: every text in brackets, with accents, 40% longer.

Its catalogue is empty: each text is made when gettext is called. Text that bypasses gettext has no brackets.
"""

import gettext
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.conf import settings
from django.test import override_settings
from django.utils.translation import trans_real

CODE: Final = "qps"
ACCENTS: Final = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
# Parts that translators keep: placeholders, tags, entities.
FIXED: Final = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]*>|&#?\w+;)")
CONTEXT: Final = "\x04"


def pseudo(text: str) -> str:
    """Return `[Sávé~~]` for `Save`. Date formats, recognised by their context, stay."""
    context, separator, message = text.rpartition(CONTEXT)
    if not message.strip() or (separator and context.startswith("Django date format")):
        return message
    parts = [part if FIXED.fullmatch(part) else part.translate(ACCENTS) for part in FIXED.split(message)]
    longer = "~" * max(1, len(FIXED.sub("", message)) * 2 // 5)
    return f"[{''.join(parts)}{longer}]"


class PseudoTranslation(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def language(self) -> str:
        return CODE

    def to_language(self) -> str:
        return CODE


@contextmanager
def pseudo_language() -> Iterator[str]:
    """Offer the pseudo-language in the language list and yield its code."""
    with (
        TemporaryDirectory() as folder,
        override_settings(
            LANGUAGES=[*settings.LANGUAGES, (CODE, "Pseudo")], LOCALE_PATHS=[*settings.LOCALE_PATHS, folder]
        ),
    ):
        catalogue = Path(folder, CODE, "LC_MESSAGES", "django.mo")
        catalogue.parent.mkdir(parents=True)
        catalogue.write_bytes(struct.pack("7I", 0x950412DE, 0, 0, 28, 28, 0, 28))  # no entries
        trans_real._translations[CODE] = PseudoTranslation()  # type: ignore[attr-defined]  # Django's own cache
        try:
            yield CODE
        finally:
            del trans_real._translations[CODE]  # type: ignore[attr-defined]  # Django's own cache
