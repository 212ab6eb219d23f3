"""Names of months, weekdays and parts of the day in the languages of a file (CLDR through Babel)."""

import unicodedata
from collections.abc import Collection
from functools import cache
from typing import Final

from babel import Locale

LANGUAGES: Final = ("en", "es", "pt", "it", "fi", "et", "lv", "bg", "sv", "ca", "de", "fr", "pl")
SHORTEST: Final = 3  # letters of the start of a name

MORNING, MIDDAY, AFTERNOON, EVENING, NIGHT = "morning", "midday", "afternoon", "evening", "night"

# Folded by `plain_words`. “Amanhã” (tomorrow) is none of them.
_PARTS: Final = {
    MORNING: "morning|a.m.|am|forenoon|manana|por la manana|de manana|a la manana|manha|de manha|"
    "pela manha|a manha|da manha|de la manana|las mananas|del mattino|mattina|mattino|mattinata|"
    "di mattina|in mattinata|aamu|aamulla|aamupaiva|aamupaivalla|ap|ap.|hommik|hommikul|ennelouna|"
    "ennelounal|rits|rita|no rita|priekspusdiena|сутрин|сутринта|преди обяд|преди обед|morgon|"
    "morgonen|pa morgonen|formiddag|formiddagen|pa formiddagen|fm|fm.|mati|al mati|morgens|"
    "vormittag|vormittags|matin|le matin|matinee|rano|przed poludniem",
    MIDDAY: "midday|noon|mediodia|al mediodia|a mediodia|meio-dia|meio dia|ao meio-dia|mezzogiorno|"
    "keskipaiva|keskipaivalla|keskpaev|keskpaeval|louna ajal|pusdienlaiks|pusdienlaika|обед|обяд|"
    "на обяд|на обед|по обяд|по обед|migdia|al migdia|mittag|mittags|midi|poludnie|w poludnie",
    AFTERNOON: "afternoon|de la tarde|p.m.|pm|tarde|por la tarde|de tarde|a tarde|a la tarde|da tarde|"
    "pela tarde|pomeriggio|di pomeriggio|nel pomeriggio|iltapaiva|iltapaivalla|ip|ip.|parastlouna|"
    "parastlounal|pecpusdiena|следобед|следобяд|след обяд|след обед|eftermiddag|eftermiddagen|"
    "pa eftermiddagen|em|em.|tarda|a la tarda|nachmittag|nachmittags|apres-midi|l'apres-midi|"
    "popoludnie|po poludniu",
    EVENING: "evening|sera|di sera|serata|in serata|ilta|illalla|ohtu|ohtul|vakars|vakara|вечер|вечерта|"
    "kvall|kvallen|pa kvallen|vespre|al vespre|abend|abends|soir|le soir|soiree|wieczor|wieczorem",
    NIGHT: "night|de la noche|de la madrugada|da noite|da madrugada|noche|por la noche|de noche|"
    "madrugada|noite|a noite|de noite|notte|di notte|yo|yolla|oo|oosel|oosi|nakts|nakti|нощ|нощта|"
    "през нощта|natt|natten|pa natten|nit|a la nit|nacht|nachts|nuit|la nuit|noc|w nocy",
}
PART_OF_TEXT: Final = {text: part for part, texts in _PARTS.items() for text in texts.split("|")}


def plain_words(text: str) -> str:
    """Return a text in small letters without accents, invisible characters and doubled blanks.

    >>> plain_words("  Terça-feira, 9 Märts ")
    'terca-feira, 9 marts'
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("º", "°").replace("ª", "°")).casefold()
    visible = (c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join("".join(visible).replace("–", "-").replace("—", "-").replace("’", "'").split())


def months_called(word: str, languages: Collection[str]) -> set[int]:
    """Return the months that a folded word names: by a whole name, or else by its first letters.

    A word with several months means different months in these languages.
    """
    names = _names(tuple(languages), "months")
    if word in names:
        return names[word]
    if len(word) < SHORTEST:
        return set()
    return {month for name, months in names.items() if name.startswith(word) for month in months}


def weekdays_called(word: str, languages: Collection[str]) -> set[int]:
    """Return the weekdays (0 is Monday) that a folded word names. Portuguese leaves out “-feira”."""
    names = _names(tuple(languages), "days")
    return names.get(word, set()) | names.get(f"{word}-feira", set())


@cache
def _names(languages: tuple[str, ...], kind: str) -> dict[str, set[int]]:
    numbers_by_name: dict[str, set[int]] = {}
    for language in languages:
        table = getattr(Locale.parse(language), kind)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in table[context].get(width, {}).items():
                    numbers_by_name.setdefault(plain_words(name).strip("."), set()).add(number)
    return numbers_by_name
