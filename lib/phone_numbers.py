"""Detection of digits that read as a phone number in a note. Pure: no Django.

This is for questions to the writer only.
"""

import re
from typing import Final

SHORTEST_WITHOUT_PREFIX: Final = 9  # digits
_RUN: Final = re.compile(r"(?<![\w+.,/-])\+?\(?[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?![\w/-])")
_NO_NUMBER: Final = (
    re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}(?:[ ].*)?"),  # a date, with a time
    re.compile(r"(?:19|20)[0-9]{2}[ /-]?[0-9]+"),  # a case number that begins with its year
)


def phone_numbers(text: str) -> list[str]:
    """Return the parts of a text that read as phone numbers, each once, in order.

    >>> phone_numbers("Ring 0904 555 123 or +34 612 345 678 about case 2026-4711 of 23.11.2026")
    ['0904 555 123', '+34 612 345 678']
    """
    runs = (match.group().strip() for match in _RUN.finditer(text))
    return list(dict.fromkeys(run for run in runs if _may_be_dialled(run)))


def _may_be_dialled(run: str) -> bool:
    if any(pattern.fullmatch(run) for pattern in _NO_NUMBER):
        return False
    return run[0] in "+(0" or sum(character.isdigit() for character in run) >= SHORTEST_WITHOUT_PREFIX
