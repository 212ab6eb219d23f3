"""Guess the meaning of columns from headings and values. A person confirms it before the import."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from contacts.rules.phones import find_phones
from exchange.imports.words import HEADINGS, NOT_CLOSED, WORDS_OF_CLOSING
from exchange.rules.dates import DAY_FIRST, CellDate, read_dates
from lib.fold import fold

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_POSTCODE: Final = re.compile(r"[\dA-Z][\dA-Z -]{1,9}", re.IGNORECASE)
POSTCODE_AND_PLACE: Final = re.compile(r"(?P<postcode>\d{3,6}(?:-\d{3})?)[ ,]+(?P<place>[^\W\d][^\d]*)")
_DEGREES: Final = re.compile(r"-?\d{1,3}[.,]\d{2,15}")
_DATE: Final = re.compile(r"\d{1,4}\s?([./-])\s?\d{1,2}\s?\1\s?\d{1,4}.?(?:[ T].*)?")
_ROW_NUMBERS: Final = 3  # rows: 1, 2 and 3 in order are numbers of rows
_SHARED: Final = 0.8  # share of the values that begin with or contain the same word
_FEWEST_SHARING: Final = 3  # values
_LONGEST_HEADING: Final = 200  # characters of a heading that are compared
_HUMP: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)")  # nombreCorto, telefono2
_ENOUGH: Final = 0.6  # share of the values of a column
_FEW: Final = 2  # fewer values do not outweigh a heading that equals the field's name
_EXACT, _WORD, _STEM, _VALUES = 3, 2, 1, 0
# Headings such as “name” say little beside another word: “type of organisation”, “short name”.
_GENERAL: Final = frozenset({"name", "family_name"})
_NUMBERED: Final = frozenset({"phone", "postcode"})  # numbers of something, not of the register
_PLACES: Final = frozenset({"latitude", "longitude"})
_NUMBERS: Final = frozenset(
    ["id", "ids", "code", "codigo", "number", "numero", "num", "nr", "cif", "nif", "ref", "uuid"]
)
_PARTS: Final = frozenset({"phone", "email", "website", "address", "family_name"})  # “phone 1”, “phone 2”
_PREFIX: Final = frozenset(
    ["prefijo", "prefix", "prefixo", "prefisso", "suuntanumero", "suunakood", "kods", "код", "riktnummer"]
)
_SEVERAL: Final = frozenset({"phone", "email", "website"})  # an organisation and a person may have many
_FURTHER: Final = (
    "other others otro otros otra otras outro outros altro altri muu muut muud teine cits citi друг други "
    "annan andra second secondary segundo secondario alternative alternativo fijo fixed office"
)
_WEAK: Final = frozenset({"culture_sport"})  # a women's group that does culture is a women's group


def guess_columns(
    distinct: Mapping[str, Sequence[str]],
    region: str,
    field_words: Mapping[str, str] = HEADINGS,
    repeated_columns: Collection[str] = (),
) -> dict[str, str]:
    """Return the field of each heading whose meaning is clear.

    `distinct` are values by heading, `region` the country (ISO 3166) of phones without a country code. A
    heading that equals a field's name comes before one that contains it. Each field is guessed once, except
    for the parts of a number or a name. Columns in
    `repeated_columns` have few distinct values, so they are no reference.

    >>> guess_columns({"alternate_name": ["B"], "name": ["A"], "E-MAIL": ["a@b.eu"], "Nota": ["x"]}, "ES")
    {'name': 'name', 'E-MAIL': 'email'}
    """
    fields_by_heading: dict[str, str] = {}
    offers = [
        (-rank, -length, place, heading, field)
        for place, (heading, values) in enumerate(distinct.items())
        for field, (rank, length) in _meanings(heading, values, region, field_words).items()
        if field != "external_id" or rank == _EXACT or heading not in repeated_columns
    ]
    heading_by_field: dict[str, str] = {}  # field → its heading
    for _rank, _length, _place, heading, field in sorted(offers):
        if heading in fields_by_heading or (
            field in heading_by_field and not _is_part(field, heading, heading_by_field[field], field_words)
        ):
            continue
        fields_by_heading[heading] = field
        heading_by_field.setdefault(field, heading)
    return {heading: fields_by_heading[heading] for heading in distinct if heading in fields_by_heading}


def _meanings(
    heading: str, values: Sequence[str], region: str, field_words: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Return by field how well a heading names it, and the length of the matching word.

    Fields that the values contradict are left out. Of joined header rows, the lower one comes first.
    """
    _upper, joint, lower = heading.rpartition(" / ")
    if joint and (lower_meanings := _meanings(lower, values, region, field_words)):
        return lower_meanings
    folded_heading = plain_heading(heading)
    words = folded_heading.split()
    meanings: dict[str, tuple[int, int]] = {}
    for field, listed in field_words.items():
        stems = _folded(listed)
        is_whole = folded_heading in stems or folded_heading.replace(" ", "") in stems
        if is_whole or folded_heading == field.replace("_", " "):
            meanings[field] = (_EXACT, len(folded_heading))
            continue
        matches = [(_WORD, len(stem)) for stem in stems if stem in words]
        matches += [
            (_STEM, len(stem))
            for stem in stems
            if len(stem) > 3 and any(word.startswith(stem) for word in words)
        ]
        if matches:
            best = max(length for _rank, length in matches)
            meanings[field] = (max(rank for rank, _length in matches), best)
    for field in _PLACES & meanings.keys():  # “long name” is not a longitude
        if _contradicts(field, values):
            del meanings[field]
    if _NUMBERED & meanings.keys() and meanings.get("external_id", (_EXACT, 0))[0] < _EXACT:
        del meanings[
            "external_id"
        ]  # in “phone no”, “telefoni nr” and “codice postale”, the other word gives the meaning
    for general in _GENERAL & meanings.keys():
        other_fields = meanings.keys() - _GENERAL - {"external_id"}
        is_number = "external_id" in meanings and bool(_NUMBERS & {words[0], words[-1]})
        if meanings[general][0] < _EXACT and (other_fields or is_number):
            del meanings[general]
    if not meanings and (field := _by_values(values, region)) in field_words:
        meanings[field] = (_VALUES, 0)
    return {
        field: (rank, length)
        for field, (rank, length) in meanings.items()
        if (rank == _EXACT and len(values) < _FEW) or not _contradicts(field, values)
    }


def plain_heading(heading: str) -> str:
    """Return a heading as folded words, split at humps and underscores.

    >>> plain_heading("idEntImport"), plain_heading("nombre_corto")
    ('id ent import', 'nombre corto')
    """
    return fold(_HUMP.sub(" ", heading[:_LONGEST_HEADING]))


def _is_part(field: str, heading: str, other_heading: str, field_words: Mapping[str, str]) -> bool:
    """Whether two columns belong to one field, such as “Phone” and “Phone (2)” or a number and its prefix."""
    if field == "phone" and _PREFIX & {plain_heading(heading), plain_heading(other_heading)}:
        return True
    if field == "social" or (field in _SEVERAL and _is_further(field, heading, field_words)):
        return True
    return field in _PARTS and _unnumbered(heading) == _unnumbered(other_heading)


def _is_further(field: str, heading: str, field_words: Mapping[str, str]) -> bool:
    """Whether a heading names only a further column of the field: “Other phones”, “Mobile”, “Correo 2”."""
    stems = [stem for stem in _folded(field_words[field]) if len(stem) > 2]
    words = _unnumbered(heading).split()
    further_words = {*_folded(_FURTHER), "e"}  # “E-mail”
    return all(word in further_words or any(word.startswith(stem) for stem in stems) for word in words)


def _unnumbered(heading: str) -> str:
    return plain_heading(heading).rstrip("0123456789 ")


def _contradicts(field: str, values: Sequence[str]) -> bool:
    """Whether most values cannot be values of the field."""
    tests: dict[str, Callable[[str], bool]] = {
        "email": lambda value: "@" in value,
        "phone": lambda value: any(map(str.isdigit, value)),
        "website": lambda value: "." in value,
        "social": lambda value: "." in value,
        "postcode": lambda value: (
            bool(_POSTCODE.fullmatch(value) or POSTCODE_AND_PLACE.fullmatch(value))
            and any(map(str.isdigit, value))
        ),
        "name": _is_name,
        "family_name": _is_name,
        "kind": lambda value: any(map(str.isalpha, value)),
        "latitude": _is_degrees,
        "longitude": _is_degrees,
        "external_id": lambda value: not _DATE.fullmatch(value),
    }
    if field == "external_id" and _are_row_numbers(values):
        return True
    test = tests.get(field)
    return bool(test and values and sum(map(test, values)) < (1 - _ENOUGH) * len(values))


def _are_row_numbers(values: Sequence[str]) -> bool:
    """Whether the values are 1, 2, 3 …: numbers of rows, which another file gives to other rows."""
    return len(values) >= _ROW_NUMBERS and list(values) == [str(n) for n in range(1, len(values) + 1)]


def is_field_word(text: str) -> bool:
    """Whether a text is a word that registers use as a heading."""
    folded = fold(text)
    return any(folded in _folded(listed) for listed in HEADINGS.values())


def is_closing(text: str, *, today: date) -> bool | None:
    """Whether a cell of a column about closing closes the organisation. None if the text is unclear.

    A past date closes it, and a date to come does not.

    >>> is_closing("13.01.2020", today=date(2026, 1, 1)), is_closing("", today=date(2026, 1, 1))
    (True, False)
    """
    if not text or fold(text) in NOT_CLOSED:
        return False
    reading = read_dates([text], today=today, order=DAY_FIRST).dates.get(text)
    if isinstance(reading, CellDate):
        return reading.on <= today
    return True if _by_stems(text, {"closed": WORDS_OF_CLOSING}) else None


def _is_degrees(value: str) -> bool:
    return bool(_DEGREES.fullmatch(value))


def _is_name(value: str) -> bool:
    return any(map(str.isalpha, value)) and not _EMAIL.fullmatch(value) and not value.startswith("http")


def guess_values(
    values: Iterable[str], codes: Mapping[str, object], stems: Mapping[str, str], places: Mapping[str, str]
) -> dict[str, str]:
    """Return the code of each cell text that can be guessed.

    `codes` are all possible codes with their labels, `stems` the words that registers use for them.
    `places` are districts by folded name, code or postcode, if the values name districts.

    A word that most values share says nothing: “р-н Лозенец” is the district “Лозенец”.

    >>> guess_values(["Visita", "Visit", "?"], {"visit": "visit"}, {"visit": "visita"}, {})
    {'Visita': 'visit', 'Visit': 'visit'}
    """
    codes_by_text = named_codes(codes)
    code_by_value = {}
    texts = list(values)
    shared = shared_words(texts)
    for value in texts:
        own_words = " ".join(word for word in fold(value).split() if word not in shared)
        meant = codes_by_text.get(fold(value)) or codes_by_text.get(own_words) or frozenset()
        if len(meant) > 1:
            continue  # the text is the name of one code and another code itself: a person decides
        code = (
            next(iter(meant), "")
            or _by_stems(value, stems)
            or _district_code(value, places)
            or _district_code(own_words, places)
        )
        if code in codes:
            code_by_value[value] = code
    return code_by_value


def shared_words(values: Collection[str]) -> frozenset[str]:
    """Return the folded words that at least four of five values share.

    >>> sorted(shared_words(["р-н Лозенец", "р-н Оборище", "р-н Средец"]))
    ['н', 'р']
    """
    if len(values) < _FEWEST_SHARING:
        return frozenset()
    times = Counter(word for value in values for word in set(fold(value).split()))
    return frozenset(word for word, count in times.items() if count >= _SHARED * len(values))


def named_codes(codes: Mapping[str, object]) -> dict[str, frozenset[str]]:
    """Return the codes that each folded label or code can mean."""
    codes_by_text: dict[str, set[str]] = {}
    for code, label in codes.items():
        for text in (fold(str(label)), fold(code)):
            codes_by_text.setdefault(text, set()).add(code)
    return {text: frozenset(meant) for text, meant in codes_by_text.items()}


def _by_stems(text: str, stems: Mapping[str, str]) -> str:
    """Return the code whose longest stem begins a word of the text.

    A weak code counts only if it is alone.
    """
    words = fold(text).split()
    longest: dict[str, int] = {}
    for code, listed in stems.items():
        if code == fold(text).replace(" ", "_"):
            return code
        for stem in _folded(listed):
            is_short = len(stem) <= 3  # “id” begins “ideas”
            if any(w == stem if is_short else w.startswith(stem) for w in words):
                longest[code] = max(longest.get(code, 0), len(stem))
    if len(longest) > 1:
        longest = {code: length for code, length in longest.items() if code not in _WEAK}
    return max(longest, key=lambda code: longest[code], default="")


@cache
def _folded(listed: str) -> list[str]:
    return fold(listed).split()


def _by_values(values: Sequence[str], region: str) -> str:
    if not values:
        return ""
    looks: list[tuple[str, int]] = [
        ("email", sum(1 for value in values if _EMAIL.fullmatch(value))),
        ("website", sum(1 for value in values if _WEB.fullmatch(value))),
        ("phone", sum(1 for value in values if find_phones(value, region).numbers)),
    ]
    field, n = max(looks, key=lambda look: look[1])
    return field if n / len(values) >= _ENOUGH else ""


def _district_code(value: str, places: Mapping[str, str]) -> str:
    """Return a district by its code or name. “VIII” is “District VIII” if only one name ends so."""
    folded = fold(value)
    if folded in places:
        return places[folded]
    alike = {code for name, code in places.items() if folded and name.split()[-1:] == [folded]}
    return alike.pop() if len(alike) == 1 else ""
