"""Comparing and tidying what identifies an organisation: names, phones. Pure: no Django."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import phonenumbers

from lib.fold import fold, squash

_fold_word = lru_cache(maxsize=20_000)(fold)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- Names: the same organisation is written in many ways -----------------------------------------

# Registered forms say nothing of who it is; “foundation” and “federation” do say something.
_FORMS: Final = _words(
    "ac aps asbl asoc asociace asociacion asociatia assoc associacao association associazione biedriba ev "
    "foreningen gmbh ltd mittetulundusuhing mtu ngo odv ong onlus rf ry sa sl vzw yhdistys сдружение σωματειο"
)
_LINKS: Final = _words(
    "a al and av da das de del dei della delle der des di do dos du e el en et for i im in ja la las le les "
    "lo los och of og para por the un und y za и на των του της και"
)
_INITIALS: Final = re.compile(r"\b[^\W\d](?: [^\W\d]\b)+")  # “o n g” was “O.N.G.”
_SHORT: Final = {"sta": "santa", "sto": "santo", "ma": "maria", "ntra": "nuestra", "sra": "senora"}


def core_name(name: str) -> str:
    """What two spellings of one name have in common: folded words, sorted, without forms and small words.

    >>> core_name("Club Fútbol Dinamo de Alcalá") == core_name("DINAMO ALCALA CLUB FUTBOL")
    True
    >>> core_name("Asociación Kaleidos, O.N.G.") == core_name("KALEIDOS")
    True
    >>> core_name("Kulttuuri ry")
    'kulttuuri'
    >>> core_name("Amigos de Europa y África")
    'africa amigos europa'
    >>> core_name("Vecinos del Bloque E")  # nothing follows that it could link
    'bloque e vecinos'
    """
    spelled = _INITIALS.sub(lambda found: found.group().replace(" ", ""), fold(name))
    words = [_SHORT.get(word, word) for word in spelled.split()]
    kept = words[words[0] in _FORMS : len(words) - (words[-1] in _FORMS)] if len(words) > 1 else words
    ends = {0, len(kept) - 1}
    told = [word for at, word in enumerate(kept) if word not in _LINKS or (len(word) == 1 and at in ends)]
    return " ".join(sorted(told or words))


# --- Letter case: registers shout -------------------------------------------------------------------

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_OPENS: Final = re.compile(r"[.:(\"“«–-]\s*$")
_ROMAN: Final = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_VOWEL: Final = re.compile("[aeiouyáéíóúàèìòùâêîôûäëïöüåøæœãõ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Casing:
    """Words that stay small; articles stay small only after one of those: “de la”, but “Los Molinos”."""

    small: frozenset[str]
    articles: frozenset[str] = frozenset()
    endings: tuple[tuple[str, str], ...] = ()


CASINGS: Final[Mapping[str, _Casing]] = {
    "es": _Casing(
        _words("de del y e o u en a al con por para sin sobre entre como contra desde hasta su sus"),
        _words("el la los las lo un una"),
        (("cion", "ción"), ("sion", "sión"), ("gion", "gión"), ("xion", "xión"), ("union", "unión")),
    ),
    "pt": _Casing(_words("de do da dos das e em no na nos nas a ao à por para com sem")),
    "it": _Casing(_words("di del della dei delle e ed in a al alla per con da dal dalla su")),
    "en": _Casing(_words("of the and for in on at to a an by with")),
}


def title_case(text: str, language: str, spellings: Mapping[str, str]) -> str:
    """A shouted text as a name is written; words that have small letters already stay.

    `spellings` gives a word's right form by its folded one: accents a register lost, acronyms.
    Roman numerals, words without a vowel (“CP”) and single letters (“2º B”) stay as they are.

    >>> title_case("ASOCIACION DE VECINOS EL VAL, DISTRITO III", "es", {})
    'Asociación de Vecinos El Val, Distrito III'
    """
    casing = CASINGS[language]
    letters = [c for c in text if c.isalpha() and c.upper() != c.lower()]
    if sum(c.isupper() for c in letters) * 2 <= len(letters):
        return text
    after_small = True
    parts: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        gap, word = text[end : match.start()], match.group()
        end = match.end()
        starts = not parts or _OPENS.search(gap) is not None
        lower = word.lower()
        is_small = lower in casing.small and (len(word) > 1 or (not after_small and _joins(text, match)))
        is_article = lower in casing.articles and after_small
        parts += [gap, _cased(word, casing, spellings, small=not starts and (is_small or is_article))]
        after_small = is_small or is_article
    return "".join(parts) + text[end:]


def _joins(text: str, match: re.Match[str]) -> bool:
    """A single letter that is a word (“y”, “a”), not a flat: that stands last or by a digit."""
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return before[-1:].isalpha() and before[-1:] not in "ºª" and after[:1].isalpha() and len(after) > 1


def _cased(word: str, casing: _Casing, spellings: Mapping[str, str], *, small: bool) -> str:
    known = spellings.get(_fold_word(word))
    if known is not None:
        return known
    if not word.isupper():
        return word
    if small:
        return word.lower()
    if len(word) == 1 or _ROMAN.fullmatch(word) or (len(word) <= 4 and not _VOWEL.search(word)):
        return word
    lower = word.lower()
    for plain, accented in casing.endings:
        if lower.endswith(plain):
            lower = lower.removesuffix(plain) + accented
    if re.match(r"[^\W\d_]['’]\w{2}", lower):
        return lower[:2].upper() + lower[2:3].upper() + lower[3:]
    return lower[0].upper() + lower[1:]


# --- Phones -----------------------------------------------------------------------------------------

_LABEL: Final = re.compile(
    r"\b(?:tel[eé]fono|tel[ef]?|tlfn?o?|tfn?o|phone|m[oó]v(?:il)?|mob(?:ile)?|puh)\b\.?:?", re.IGNORECASE
)
_FAX: Final = re.compile(r"\bfax\b\.?:?[\s\d.+()-]*", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"\b(?:ext(?:ension|ensión)?|x)\b\.?\s*\d{1,6}", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:[/;,|\n]|\s(?:y|o|e|and|or)\s|\s-\s)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers found in a text, in E.164, in their order; `rest` is what was not understood."""

    numbers: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def find_phones(text: str, region: str) -> Phones:
    """Phones in a cell as people fill it: “Tel. 91 885 29 65 / 617 86 23 38”, digits of any script.

    `region` is the country (ISO 3166) of numbers without a country code. A part with letters is not
    a phone: “617 ABC DEF” would dial something else.
    """
    plain = _EXTENSION.sub("", _FAX.sub("", _LABEL.sub(" ", plain_number(text)))).strip()
    whole = one_phone(plain, region)
    if whole or not plain:
        return Phones([whole] if whole else [])
    found = Phones()
    for part in (part for part in _BETWEEN.split(plain) if part and part.strip(" .-")):
        number = one_phone(part, region)
        if number is None:
            found.rest.append(part)
        elif number not in found.numbers:
            found.numbers.append(number)
    return found


def one_phone(text: str, region: str) -> str | None:
    """`text` as one valid number in E.164, or None."""
    if any(c.isalpha() for c in text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def plain_number(text: str) -> str:
    """`text` with digits of any script as 0–9 and every dash as a hyphen."""
    plain = squash(text)
    return plain if plain.isascii() else "".join(map(_plain_digit, plain))


def _plain_digit(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None and unicodedata.category(character) == "Nd":
        return str(digit)
    return "-" if unicodedata.category(character) == "Pd" else character


# --- Evidence that two rows are one organisation ------------------------------------------------------


def evidence(name: str, district: str, phone: str = "", email: str = "") -> list[tuple[str, str, str]]:
    """What makes an organisation itself: its name's core with its district, its phone or its e-mail.

    Two that share one of these are one organisation.
    """
    core = core_name(name)
    known = (("district", district), ("phone", phone), ("email", email.casefold()))
    return [(core, what, value) for what, value in known if value]
