"""Read and check the numbers of organisations in registers, by python-stdnum."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from stdnum import get_cc_module

from contacts.codes import NumberCheck
from lib.fold import fold, latin, squash

TAX: Final = "tax"
#: What people call the tax number, or the number of the register whose numbers are tax numbers.
TAX_NAMES: Final = frozenset(
    {
        *("tax", "taxnumber", "taxid", "vat", "vatnumber", "nif", "cif", "nipc", "contribuinte"),
        *("numerodecontribuinte", "ytunnus", "alv", "alvnumero", "orgnr", "organisationsnummer", "regnr"),
        *("registrikood", "registracijasnumurs", "eik", "bulstat", "afm", "iva", "partitaiva", "piva"),
        *("siren", "cvr", "nip", "ustid", "ustidnr"),
    }
)
_SEPARATORS: Final = re.compile(r"[\s\-‐-―./]+")
_SHORTEST: Final = 4  # characters of a number that can identify an organisation
_LONG_BULGARIAN: Final = 13  # digits: the number of the organisation and that of its branch
_BULGARIAN: Final = 9
# By country: what python-stdnum calls the numbers of organisations, besides "vat".
_OF_ORGANISATIONS: Final = {
    "ES": ("cif",), "FI": ("ytunnus",), "SE": ("orgnr",), "EE": ("registrikood",), "FR": ("siren",),
    "NO": ("orgnr",), "IT": ("iva",), "GB": ("utr",),
}  # fmt: skip
_OF_PEOPLE: Final = {
    "ES": ("dni", "nie"), "BG": ("egn", "pnf"), "FI": ("hetu",), "SE": ("personnummer",), "EE": ("ik",),
    "IT": ("codicefiscale",), "FR": ("nir",), "DK": ("cpr",), "NO": ("fodselsnummer",), "PL": ("pesel",),
    "RO": ("cnp",), "LT": ("asmens",), "GR": ("amka",), "GB": ("nhs",),
}  # fmt: skip
_ITALIAN_PERSON: Final = 16  # characters; a company's fiscal code has 11
_PORTUGUESE_PEOPLE: Final = ("1", "2", "3", "45")  # how tax numbers of people begin


class Number(NamedTuple):
    """A number of a register ("tax" or a name) and country (ISO 3166), and whether it is valid."""

    register: str
    country: str
    as_written: str
    compact: str
    valid: NumberCheck


def read_number(as_written: str, *, register: str = "", country: str) -> Number:
    """Read a number. A VAT number that begins with another country's code belongs to that country.

    >>> read_number("PT 501 964 843", country="ES")[:1] + read_number("PT 501 964 843", country="ES")[3:]
    ('tax', '501964843', NumberCheck.YES)
    >>> read_number("1048995-7", register="Charity Commission", country="GB").compact
    '10489957'
    """
    text = squash(unicodedata.normalize("NFKC", as_written))
    register = squash(register)
    if not register or re.sub(r"\W", "", latin(fold(register))).replace(" ", "") in TAX_NAMES:
        register = TAX
    country = {"EL": "GR", "UK": "GB"}.get(country.upper(), country.upper())
    prefix = text[:2].upper()
    if register == TAX and text[:2].isalpha() and prefix != country and _valid(text, _vat(prefix)):
        country = prefix
    modules = list(_modules(register, country))
    valid_compact = next((module.compact(text) for module in modules if _valid(text, [module])), "")
    compact = valid_compact or compact_of(text)
    check = NumberCheck.YES if valid_compact else NumberCheck.NO if modules else NumberCheck.UNKNOWN
    if country == "BG" and check == NumberCheck.NO and len(compact) == _LONG_BULGARIAN:
        check = NumberCheck.YES if _valid(compact[:_BULGARIAN], modules) else check
    return Number(register, country, text, compact, check)


def is_of_a_person(number: Number) -> bool:
    """Whether a number identifies a person, such as a DNI or a personal identity code.

    >>> is_of_a_person(read_number("12345678Z", country="ES"))
    True
    >>> is_of_a_person(read_number("A58818501", country="ES"))
    False
    """
    if number.country == "PT" and number.register == TAX and number.valid == NumberCheck.YES:
        return number.compact.startswith(_PORTUGUESE_PEOPLE)
    if number.country == "IT" and len(number.compact) != _ITALIAN_PERSON:
        return False
    return _valid(number.as_written, _stdnum_modules(number.country, _OF_PEOPLE.get(number.country, ())))


def number_clues(numbers: Iterable[Any]) -> Iterator[str]:
    """Yield the clue of each number (stored or read) that is not invalid and can identify an organisation."""
    for number in numbers:
        is_usable = number.valid != NumberCheck.NO and len(set(number.compact)) > 1
        if is_usable and len(number.compact) >= _SHORTEST:
            yield f"number:{number.country}:{fold(number.register)}:{number.compact}"


def have_different_numbers(clues: Iterable[str], other_clues: Iterable[str]) -> bool:
    """Whether two organisations have numbers of one register and none in common: they are two.

    >>> have_different_numbers(["number:PT:tax:501964843"], ["number:PT:tax:500000000", "phone:+351"])
    True
    >>> have_different_numbers(["number:PT:tax:501964843"], ["number:PT:court:17"])
    False
    """
    numbers, other_numbers = _by_register(clues), _by_register(other_clues)
    return any(
        numbers[register].isdisjoint(other_numbers[register])
        for register in numbers.keys() & other_numbers.keys()
    )


def _by_register(clues: Iterable[str]) -> dict[str, set[str]]:
    by_register: dict[str, set[str]] = {}
    for clue in clues:
        if clue.startswith("number:"):
            register, _colon, number = clue.rpartition(":")
            by_register.setdefault(register, set()).add(number)
    return by_register


def compact_of(text: str) -> str:
    """Return a number as searches compare it: capitals and digits without spaces, dots and hyphens."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def numbers_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (register, number) for each line of a text, such as `Charity Commission: 1048995`.

    >>> list(numbers_in("501 964 843\\nCharity Commission: 1048995"))
    [('', '501 964 843'), ('Charity Commission', '1048995')]
    """
    for line in filter(None, map(squash, re.split(r"[\n;]", text))):
        register, _colon, number = line.rpartition(":")
        yield squash(register), squash(number)


def as_lines(numbers: Iterable[Any]) -> str:
    """Return numbers as `numbers_in` reads them."""
    return "\n".join(
        number.as_written if number.register == TAX else f"{number.register}: {number.as_written}"
        for number in numbers
    )


def _modules(register: str, country: str) -> Iterator[Any]:
    if register == TAX:
        yield from _stdnum_modules(country, _OF_ORGANISATIONS.get(country, ()))
        yield from _vat(country)
    elif name := re.sub(r"[^a-z0-9]", "", latin(fold(register))):
        yield from _stdnum_modules(country, (name,))


def _vat(country: str) -> list[Any]:
    return _stdnum_modules(country, ("vat",))


def _stdnum_modules(country: str, names: Iterable[str]) -> list[Any]:
    modules = [get_cc_module(country.lower(), name) for name in names] if country.isalpha() else []
    return [module for module in modules if hasattr(module, "is_valid") and hasattr(module, "compact")]


def _valid(text: str, modules: Iterable[Any]) -> bool:
    return any(module.is_valid(text) for module in modules)
