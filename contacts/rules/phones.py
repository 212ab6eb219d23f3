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
_PHONE_AND_FAX: Final = re.compile(
    rf"{_LABEL.pattern} ?(?:[/&,-]|\b(?:y|e|and)\b) ?(?:fax|факс)\b\.?:?", re.IGNORECASE
)
# A slash after a few digits separates the area code from the number: “02/966 97 40”.
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
# Separators of two numbers: signs, and words for “and” and “or” in the nine languages.
_SEPARATOR: Final = re.compile(
    r" ?(?:[/;,|\n]| (?:y|o|u|e|ou|and|or|ja|tai|või|un|vai|и|или|och|eller|&) | - ) ?", re.IGNORECASE
)
_DIGIT_RUN: Final = re.compile(r"(?<![^\W_])[+(]?\d(?:[\d\s().-]*\d)?(?![^\W_])")
_DIGIT_GAP: Final = re.compile(r"[\s().-]+")
_PUNCTUATION: Final = " .-()"
_FEWEST_DIGITS: Final = 7  # digits; a number with fewer is not split at blanks
_MOST_PIECES: Final = 16
_MOST_PIECES_OF_NUMBER: Final = 5  # pieces of one number with separators: “91/885/29/65”
_LONGEST_CELL: Final = 500  # characters that are read; the rest is in `other_text`
_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r" ?\n[ \n]*")


@dataclass(frozen=True, slots=True)
class Phones:
    """Phone numbers found in a text, in E.164 and in their order. `extensions` are by number.

    `other_text` has the parts of the text that are no number.
    """

    numbers: list[str] = field(default_factory=list)
    other_text: list[str] = field(default_factory=list)
    faxes: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)


def find_phones(text: str, region: str) -> Phones:
    """Find phone numbers in a cell as people fill it: “Tel. 91 885 29 65 / 617 86 23 38”, in any script.

    `region` is the country (ISO 3166) of numbers without a country code. A part with letters is no phone:
    “617 ABC DEF” would dial another number. Each digit of the text is somewhere in the result.
    """
    phones = Phones()
    text, cut = text[:_LONGEST_CELL], text[_LONGEST_CELL:]
    normalised = _PHONE_AND_FAX.sub(" ", "\n".join(filter(None, map(plain_number, text.splitlines()))))
    for fax in _FAX.finditer(normalised):
        inside = Phones()
        _read_piece(fax["number"], region, inside)
        phones.faxes.extend(number for number in inside.numbers if number not in phones.faxes)
        phones.other_text.extend(inside.other_text if inside.numbers else [fax.group().strip()])
    pieces = _EXTENSION.split(_single_blanks(_LABEL.sub(" ", _FAX.sub("\n", normalised))))
    for at in range(0, len(pieces), 2):
        before = len(phones.numbers)
        _read_piece(_single_blanks(_NO_EXTENSION.sub(" ", pieces[at])), region, phones)
        if at + 1 < len(pieces):
            if len(phones.numbers) > before:
                phones.extensions[phones.numbers[-1]] = pieces[at + 1]
            else:
                phones.other_text.append(pieces[at + 1])
    phones.other_text.extend([cut.strip()] if cut.strip() else [])
    return phones


def _single_blanks(text: str) -> str:
    """Reduce runs of blanks and line ends to one, because patterns are slow on long runs."""
    return _LINES.sub("\n", _BLANKS.sub(" ", text))


def _read_piece(text: str, region: str, phones: Phones) -> None:
    """Add to `phones` the numbers in a list with separators, and the parts that are no number.

    A part that is no number may be an area code, so it is tried together with the next parts: “02/966 97 40”.
    A part after such a remainder is no number, because it could belong to another area code.
    """
    parts = _whole_numbers(
        [part for part in _SEPARATOR.split(text) if part and part.strip(_PUNCTUATION)], region
    )
    is_dialled = any(number and _is_complete(part, region) for part, number in parts)
    is_after_rest = False
    for part, number in parts:
        numbers = [number] if number else _split_numbers(part, region)
        if numbers and len(parts) > 1 and (is_dialled or is_after_rest) and not _is_complete(part, region):
            numbers, words = [], part.strip()
        elif numbers:
            words = ""
        else:
            numbers, words = _beside_words(part, region)
        phones.other_text.extend([words] if words else [])
        phones.numbers.extend(number for number in dict.fromkeys(numbers) if number not in phones.numbers)
        is_after_rest = not numbers and part.rstrip(_PUNCTUATION)[-1:].isdigit()


def _whole_numbers(parts: list[str], region: str) -> list[tuple[str, str | None]]:
    """Join each part that is no number with the next parts, if they are one number together."""
    numbered_parts: list[tuple[str, str | None]] = []
    at = 0
    while at < len(parts):
        part, number, end = parts[at], one_phone(parts[at], region), at + 1
        if number is None and any(map(str.isdigit, part)):
            for joined_end in range(at + 2, min(at + _MOST_PIECES_OF_NUMBER, len(parts)) + 1):
                joined = " ".join(" ".join(parts[at:joined_end]).split())
                if sum(map(str.isdigit, joined)) >= _FEWEST_DIGITS and (number := one_phone(joined, region)):
                    part, end = joined, joined_end
                    break
        numbered_parts.append((part, number))
        at = end
    return numbered_parts


def _is_complete(text: str, region: str) -> bool:
    """Whether a number can be dialled from anywhere in the country, or has the country code.

    If area codes begin with 0, a number without it belongs to an unknown area.
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.national_prefix != "0":
        return True
    number = text.strip(_PUNCTUATION)
    return number.startswith(("+", "0")) or one_phone(f"+{number}", region) is not None


def _split_numbers(text: str, region: str) -> list[str]:
    """Split a text without letters at blanks into numbers. Return none if a digit would be left over."""
    if number := one_phone(text, region):
        return [number]
    pieces = [piece for piece in _DIGIT_GAP.split(text) if piece]
    if len(pieces) > _MOST_PIECES:
        return []
    best: list[list[str] | None] = [[], *([None] * len(pieces))]
    for end in range(1, len(pieces) + 1):
        for start in range(end):
            before, part = best[start], " ".join(pieces[start:end])
            if before is None or sum(map(str.isdigit, part)) < _FEWEST_DIGITS:
                continue
            if start and not _is_complete(part, region):
                continue
            number = one_phone(part, region)
            shortest = best[end]
            if number and (shortest is None or len(before) + 1 < len(shortest)):
                best[end] = [*before, number]
    return (best[-1] or []) if pieces else []


def _beside_words(part: str, region: str) -> tuple[list[str], str]:
    """Return the numbers and the words of a part such as “949217792 (Ana)”; no numbers if one is unclear.

    A few digits count as words, such as the hours in “949217792 (9-14h)”.
    """
    numbers: list[str] = []
    words = part
    for run in _DIGIT_RUN.finditer(part):
        text = run.group()
        inside = _split_numbers(text, region)
        if not inside and "(" in text[1:]:
            text = text[: text.rindex("(")]
            inside = _split_numbers(text, region)
        if inside:
            words = words.replace(text, " ", 1)
            numbers += inside
        elif sum(map(str.isdigit, text)) >= _FEWEST_DIGITS:
            return [], part.strip()
    if not numbers:
        return [], part.strip()
    return numbers, " ".join(" ".join(words.split()).split("()")).strip(_PUNCTUATION)


def one_phone(text: str, region: str) -> str | None:
    """Return `text` as one valid number in E.164, or None if it is anything else or has more text."""
    if any(c.isalpha() for c in text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or has_unread_digits(text, number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def has_unread_digits(text: str, number: phonenumbers.PhoneNumber) -> bool:
    """Whether `text` has digits that are not in the number that the library read from it.

    The library reads digits after a comma or semicolon as an extension, and drops those after a second sign.
    """
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    national = phonenumbers.national_significant_number(number)
    return bool(number.extension) or not digits.endswith(national)


def phone_text(number: str) -> str:
    """Format a number in E.164 for people.

    >>> phone_text("+34949010380")
    '+34 949 01 03 80'
    """
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def plain_number(text: str) -> str:
    """Replace digits of any script by 0–9, and every dash by a hyphen."""
    squashed = squash(text)
    return squashed if squashed.isascii() else "".join(map(_plain_digit, squashed))


def _plain_digit(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None and unicodedata.category(character) == "Nd":
        return str(digit)
    return "-" if unicodedata.category(character) == "Pd" else character
