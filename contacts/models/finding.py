"""Rows of the book by what is typed into one box: a number, an address, or words."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.rules import one_phone, plain_number
from lib.domains import plain_email
from lib.matching import matching

_ENOUGH_DIGITS: Final = 6

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def found_by(rows: Rows, q: str, in_part: Callable[[Any, str], Any] | None = None) -> Rows:
    """Organisations or people with this phone or e-mail of theirs, else by words; best first.

    A whole number or address through the index of clues; parts of one, and words, as they are.
    """
    if number := number_in(q):
        whole = number.startswith("+")
        part = _kept(number)
        by_number = (
            Q(clues__contains=[f"phone:{number}"])
            if whole
            else Q(phone__contains=part) | _has(rows, channel="phone", value__contains=part)
        )
        return rows.filter(by_number).order_by("folded", "pk")
    if "@" in q:
        address = plain_email(q)
        exactly = rows.filter(clues__contains=[f"email:{address.casefold()}"])
        found = exactly if exactly.exists() else (in_part or _by_any_part)(rows, address)
        return found.order_by("folded", "pk")
    return matching(rows, q)


def people_found_by(rows: Rows, q: str) -> Rows:
    """As `found_by`, but never by the domain of an address: it is an organisation's name (domain.md, rule 3).

    A whole address finds, and all that stands before the `@`; half a domain after it finds nobody, or one
    letter before it would list everybody of an organisation.
    """
    return found_by(rows, q, in_part=_by_local_part)


def _by_any_part(rows: Rows, address: str) -> Rows:
    return rows.filter(Q(email__icontains=address) | _has(rows, channel="email", value__icontains=address))


def _by_local_part(rows: Rows, address: str) -> Rows:
    local, _at, domain = address.partition("@")
    if domain or not local:
        return rows.none()
    start = f"{local}@"
    return rows.filter(Q(email__istartswith=start) | _has(rows, channel="email", value__istartswith=start))


def _has(rows: models.QuerySet[Any], **detail: str) -> Q:
    """Rows with another phone or address like this beside the first."""
    model: Any = rows.model._meta.get_field("other_details").related_model
    return Q(pk__in=model.objects.filter(**detail).values("owner"))


def is_channel(q: str) -> bool:
    """Whether `q` is a number or an address, or a part of one, and no words."""
    return bool(number_in(q)) or "@" in q


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
