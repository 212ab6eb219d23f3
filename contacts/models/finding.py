"""Rows of the book by what is typed into one box: a number, an address, or words."""

import re
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.rules import one_phone, plain_number
from lib.domains import plain_email
from lib.matching import matching

_ENOUGH_DIGITS: Final = 6

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def found_by(rows: Rows, q: str) -> Rows:
    """Organisations or people with this phone or e-mail of theirs, else by words; best first.

    A whole number or address through the index of clues; parts of one, and words, as they are.
    """
    if number := number_in(q):
        whole = number.startswith("+")
        by_number = Q(clues__contains=[f"phone:{number}"]) if whole else Q(phone__contains=_kept(number))
        return rows.filter(by_number).order_by("folded", "pk")
    if "@" in q:
        address = plain_email(q)
        exactly = rows.filter(clues__contains=[f"email:{address.casefold()}"])
        found = exactly if exactly.exists() else rows.filter(email__icontains=address)
        return found.order_by("folded", "pk")
    return matching(rows, q)


def number_in(q: str) -> str:
    """A phone number in E.164, or the digits of a part of one; empty where `q` is something else."""
    plain = plain_number(q)
    if re.search(r"[^\d\s+().\-/]", plain):
        return ""
    digits = re.sub(r"\D", "", plain)
    if len(digits) < _ENOUGH_DIGITS:
        return ""
    return one_phone(plain, settings.PHONENUMBER_DEFAULT_REGION) or digits


def _kept(digits: str) -> str:
    """Part of a number as E.164 has it: without the zeros that are dialled before it inside a country."""
    inside = digits.lstrip("0")
    return inside if len(inside) >= _ENOUGH_DIGITS - 1 else digits
