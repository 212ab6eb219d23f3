"""Phone numbers: found in a cell as people fill it, and as they are stored and shown."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

import phonenumbers

from lib.fold import squash

_LABEL: Final = re.compile(
    r"\b(?:tel[eé]fono|telefon|tel[ef]?|tlfn?o?|tfn?o|phone|m[oó]v(?:il)?|mob(?:ile)?|puh(?:elin)?|gsm|tālr(?:unis)?"
    r"|тел(?:ефон)?|моб(?:илен)?)\b\.?:?",
    re.IGNORECASE,
)
_BOTH: Final = re.compile(
    rf"{_LABEL.pattern} ?(?:[/&,-]|\b(?:y|e|and)\b) ?(?:fax|факс)\b\.?:?", re.IGNORECASE
)
# A slash after a few digits parts the area code from the number: “02/966 97 40”.
_FAX: Final = re.compile(
    r"\b(?:fax|факс)\b\.?:?(?P<number> ?\(?\d{1,5}\)? ?/[ \d.()-]*|[ \d.+()-]*)", re.IGNORECASE
)
# A marker and a few digits, and no more after them: “ext 949010380” is another number.
_EXTENSION: Final = re.compile(
    r"[,;]? ?(?:\b(?:ext(?:ensi[oó]n)?|anexo|int(?:erno)?|ramal|poste|sise|wew|iekš|вътр|alanumero"
    r"|ankn(?:ytning)?)|(?<![^\W\d_])x|#|; ?ext=)\.?:? ?"
    r"(\d{1,6})(?![ .-]*\d)",
    re.IGNORECASE,
)
_NO_EXTENSION: Final = re.compile(r"\b(?:ext(?:ensi[oó]n)?)\b\.?:?|(?<![^\W\d_])x(?=\s*\d)", re.IGNORECASE)
# Two numbers are listed by a sign, or by “and” and “or” in the nine languages.
_BETWEEN: Final = re.compile(
    r" ?(?:[/;,|\n]| (?:y|o|u|e|ou|and|or|ja|tai|või|un|vai|и|или|och|eller|&) | - ) ?", re.IGNORECASE
)
_RUN: Final = re.compile(r"(?<![^\W_])[+(]?\d(?:[\d\s().-]*\d)?(?![^\W_])")
_GAP: Final = re.compile(r"[\s().-]+")
_AROUND: Final = " .-()"
_FEWEST: Final = 7  # digits of a number that is told from its neighbour by a blank only
_MOST_PIECES: Final = 16
_MOST_OF_ONE: Final = 5  # pieces of one number that signs part: “91/885/29/65”
_LONGEST_CELL: Final = 500  # characters that are read; the rest is in `rest`
_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r" ?\n[ \n]*")


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers found in a text, in E.164, in their order; `rest` is what was not understood.

    `extensions` are by number.
    """

    numbers: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    faxes: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)


def find_phones(text: str, region: str) -> Phones:
    """Phones in a cell as people fill it: “Tel. 91 885 29 65 / 617 86 23 38”, digits of any script.

    `region` is the country (ISO 3166) of numbers without a country code. A part with letters is not
    a phone: “617 ABC DEF” would dial something else. Each digit of the text is in what is returned.
    """
    found = Phones()
    text, cut = text[:_LONGEST_CELL], text[_LONGEST_CELL:]
    plain = _BOTH.sub(" ", "\n".join(filter(None, map(plain_number, text.splitlines()))))
    for fax in _FAX.finditer(plain):
        inside = Phones()
        _read_piece(fax["number"], region, inside)
        found.faxes.extend(number for number in inside.numbers if number not in found.faxes)
        found.rest.extend(inside.rest if inside.numbers else [fax.group().strip()])
    pieces = _EXTENSION.split(_single_blanks(_LABEL.sub(" ", _FAX.sub("\n", plain))))
    for at in range(0, len(pieces), 2):
        before = len(found.numbers)
        _read_piece(_single_blanks(_NO_EXTENSION.sub(" ", pieces[at])), region, found)
        if at + 1 < len(pieces):
            if len(found.numbers) > before:
                found.extensions[found.numbers[-1]] = pieces[at + 1]
            else:
                found.rest.append(pieces[at + 1])
    found.rest.extend([cut.strip()] if cut.strip() else [])
    return found


def _single_blanks(text: str) -> str:
    """`text` with single blanks and line ends, so that no pattern looks at a run of them again and again."""
    return _LINES.sub("\n", _BLANKS.sub(" ", text))


def _read_piece(text: str, region: str, found: Phones) -> None:
    """Add the numbers of a text that lists them by signs, and what is none.

    A part that is no number is tried together with the parts after it, as an area code is: “02/966 97 40”. A
    remainder is no number: “966 97 41” after it would be read with another area code.
    """
    parts = _whole_numbers([part for part in _BETWEEN.split(text) if part and part.strip(_AROUND)], region)
    is_dialled = any(number and _is_complete(part, region) for part, number in parts)
    is_after_rest = False
    for part, number in parts:
        numbers = [number] if number else _numbers(part, region)
        if numbers and len(parts) > 1 and (is_dialled or is_after_rest) and not _is_complete(part, region):
            numbers, words = [], part.strip()
        elif numbers:
            words = ""
        else:
            numbers, words = _beside_words(part, region)
        found.rest.extend([words] if words else [])
        found.numbers.extend(number for number in dict.fromkeys(numbers) if number not in found.numbers)
        is_after_rest = not numbers and part.rstrip(_AROUND)[-1:].isdigit()


def _whole_numbers(parts: list[str], region: str) -> list[tuple[str, str | None]]:
    """Join a part that is no number with the parts after it if they are one number together."""
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(parts):
        part, number, end = parts[at], one_phone(parts[at], region), at + 1
        if number is None and any(map(str.isdigit, part)):
            for last in range(at + 2, min(at + _MOST_OF_ONE, len(parts)) + 1):
                joined = " ".join(" ".join(parts[at:last]).split())
                if sum(map(str.isdigit, joined)) >= _FEWEST and (number := one_phone(joined, region)):
                    part, end = joined, last
                    break
        found.append((part, number))
        at = end
    return found


def _is_complete(text: str, region: str) -> bool:
    """Whether a number is written as one dials it from anywhere in the country, or with the country code.

    Where area codes begin with 0, a number without it belongs to an area that the text does not name.
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.national_prefix != "0":
        return True
    plain = text.strip(_AROUND)
    return plain.startswith(("+", "0")) or one_phone(f"+{plain}", region) is not None


def _numbers(text: str, region: str) -> list[str]:
    """The numbers a text without letters is made of, told apart by blanks; none if a digit would be left."""
    if number := one_phone(text, region):
        return [number]
    pieces = [piece for piece in _GAP.split(text) if piece]
    if len(pieces) > _MOST_PIECES:
        return []
    best: list[list[str] | None] = [[], *([None] * len(pieces))]
    for end in range(1, len(pieces) + 1):
        for start in range(end):
            before, part = best[start], " ".join(pieces[start:end])
            if before is None or sum(map(str.isdigit, part)) < _FEWEST:
                continue
            if start and not _is_complete(part, region):
                continue
            number = one_phone(part, region)
            known = best[end]
            if number and (known is None or len(before) + 1 < len(known)):
                best[end] = [*before, number]
    return (best[-1] or []) if pieces else []


def _beside_words(part: str, region: str) -> tuple[list[str], str]:
    """The numbers of a part that has words too, “949217792 (Ana)”, and the words; none if one is unclear.

    A few digits are words, such as the hours in “949217792 (9-14h)”.
    """
    numbers: list[str] = []
    words = part
    for run in _RUN.finditer(part):
        text = run.group()
        inside = _numbers(text, region)
        if not inside and "(" in text[1:]:
            text = text[: text.rindex("(")]
            inside = _numbers(text, region)
        if inside:
            words = words.replace(text, " ", 1)
            numbers += inside
        elif sum(map(str.isdigit, text)) >= _FEWEST:
            return [], part.strip()
    if not numbers:
        return [], part.strip()
    return numbers, " ".join(" ".join(words.split()).split("()")).strip(_AROUND)


def one_phone(text: str, region: str) -> str | None:
    """`text` as one valid number in E.164, or None: also where it is a number and something else besides."""
    if any(c.isalpha() for c in text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or says_more(text, number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def says_more(text: str, number: phonenumbers.PhoneNumber) -> bool:
    """Whether `text` has digits that the library did not take into the number it read there.

    It takes what follows a comma or a semicolon for an extension, and drops what follows a second sign.
    """
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    national = phonenumbers.national_significant_number(number)
    return bool(number.extension) or not digits.endswith(national)


def phone_text(number: str) -> str:
    """A number in E.164 as people read it.

    >>> phone_text("+34949010380")
    '+34 949 01 03 80'
    """
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


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
