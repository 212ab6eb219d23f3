"""Rows of the book by what is typed into one box: a number, an address, or words."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.rules.clues import website_host
from contacts.rules.name_words import FORMS, SAID
from contacts.rules.phones import one_phone, plain_number
from lib.candidates import among_candidates
from lib.domains import plain_email
from lib.matching import matching

_ENOUGH_DIGITS: Final = 4
_SURELY_A_NUMBER: Final = 6  # fewer digits may also be of a name, an address or a postcode
_HOST: Final = re.compile(r"\S+\.[^\W\d_]{2,}(?:[/:]\S*)?")

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def organisations_found_by(rows: Rows, q: str) -> Rows:
    """Organisations with this phone, e-mail or website of theirs, else by words; best first.

    A whole number, address or host through the index of clues; parts of one, and words, as they are.
    """
    found = _by_channel(rows, q, _by_any_part)
    if found is not None:
        return found
    if _HOST.fullmatch(q.strip()) and (host := website_host(q)):
        named = _with_clue(rows, f"host:{host}")
        if named.exists():
            return named.order_by("folded", "pk")
        q = host
    return matching(rows, q, optional=FORMS, said=SAID, by_sound=True)


def people_found_by(rows: Rows, q: str) -> Rows:
    """People likewise, never by the domain of an address: an organisation's name (docs/domain.md, rule 3).

    A whole address finds, and all that stands before the `@`; half a domain after it finds nobody, or one
    letter before it would list everybody of an organisation.
    """
    found = _by_channel(rows, q, _by_local_part)
    return matching(rows, q) if found is None else found


def _by_channel(rows: Rows, q: str, in_part: Callable[[Any, str], Any]) -> Rows | None:
    """Rows with this number or address, or part of one; None where `q` is neither."""
    if number := number_in(q):
        if number.startswith("+"):
            found = _with_clue(rows, f"phone:{number}")
        else:
            part = _kept(number)
            by_part = Q(phone__contains=part) | _has(rows, channel="phone", value__contains=part)
            if len(number) < _SURELY_A_NUMBER:
                by_part |= Q(folded__contains=number)
            found = rows.filter(by_part)
    elif "@" in q:
        address = plain_email(q)
        exactly = _with_clue(rows, f"email:{address.casefold()}")
        found = exactly if exactly.exists() else in_part(rows, address)
    else:
        return None
    return found.order_by("folded", "pk")


def _with_clue(rows: Rows, clue: str) -> Rows:
    return among_candidates(rows.filter(clues__contains=[clue]), sharing=[clue])


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
    return inside if len(inside) >= _ENOUGH_DIGITS else digits
