"""Search conditions for organisations and contacts: a phone number, an email address, or words."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.rules.clues import website_host
from contacts.rules.name_words import ABBREVIATIONS, FORMS
from contacts.rules.numbers import compact_of, number_clues, read_number
from contacts.rules.phones import one_phone, plain_number
from lib.candidates import among_candidates
from lib.domains import plain_email
from lib.fold import squash
from lib.matching import matching

_ENOUGH_DIGITS: Final = 4
_SURELY_A_NUMBER: Final = 6  # fewer digits can also be in a name, an address or a postcode
_MOST_REGISTERED: Final = 50  # organisations with one number
_HOST: Final = re.compile(r"\S+\.[^\W\d_]{2,}(?:[/:]\S*)?")

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def organisations_found_by(rows: Rows, q: str) -> Rows:
    """Return organisations with this number, phone, email or website, else those that match by words.

    A whole phone number, email address or host uses the index of clues. Parts and words use the text columns.
    """
    by_channel = _by_channel(rows, q, _by_any_part)
    if registered := _registered_as(rows, q):
        by_number = Q(pk__in=registered)
        by_number |= Q(pk__in=by_channel.order_by().values("pk")) if by_channel is not None else Q()
        return rows.filter(by_number).order_by("folded", "pk")
    if by_channel is not None:
        return by_channel
    if _HOST.fullmatch(q.strip()) and (host := website_host(q)):
        by_host = _with_clue(rows, f"host:{host}")
        if by_host.exists():
            return by_host.order_by("folded", "pk")
        q = host
    return matching(rows, q, optional=FORMS, abbreviations=ABBREVIATIONS, by_sound=True)


def with_number(rows: Rows, number: str) -> Rows:
    """Return organisations with this number in any register, however it is written."""
    model: Any = rows.model._meta.get_field("numbers").related_model
    texts = {compact_of(number), *(clue.rpartition(":")[2] for clue in number_clues(_tax_number(number)))}
    return rows.filter(pk__in=model.objects.filter(compact__in=texts).values("organisation"))


def _registered_as(rows: Rows, q: str) -> list[Any]:
    """Return the IDs of organisations with this registration number or reference in a source."""
    text = squash(q)
    if len(text) < _ENOUGH_DIGITS or not any(map(str.isdigit, text)):
        return []
    references: Any = rows.model._meta.get_field("external_ids").related_model
    by_reference = rows.filter(pk__in=references.objects.filter(external_id=text).values("organisation"))
    by_text = (with_number(rows, text), by_reference)
    columns = [matching_rows.order_by().values_list("pk", flat=True) for matching_rows in by_text]
    return [pk for ids in columns for pk in ids[:_MOST_REGISTERED]]


def _tax_number(text: str) -> list[Any]:
    return [read_number(text, country=settings.PHONENUMBER_DEFAULT_REGION)]


def contacts_found_by(rows: Rows, q: str) -> Rows:
    """Return contacts with this phone or email, else those that match by words; best first.

    The domain of an email address never finds a contact, because it names an organisation (docs/domain.md,
    rule 3). So only a whole address, or the whole part up to the `@`, finds contacts.
    """
    by_channel = _by_channel(rows, q, _by_local_part)
    return matching(rows, q) if by_channel is None else by_channel


def _by_channel(rows: Rows, q: str, by_part_of_email: Callable[[Any, str], Any]) -> Rows | None:
    """Return rows with this phone or email, or part of one; None if `q` is neither.

    `by_part_of_email` finds rows by part of an email address.
    """
    if number := number_in(q):
        if number.startswith("+"):
            matching_rows = _with_clue(rows, f"phone:{number}")
        else:
            digits = _as_in_e164(number)
            by_part = Q(phone__contains=digits) | _has_detail(rows, channel="phone", value__contains=digits)
            if len(number) < _SURELY_A_NUMBER:
                by_part |= Q(folded__contains=number)
            matching_rows = rows.filter(by_part)
    elif "@" in q:
        address = plain_email(q)
        by_whole_address = _with_clue(rows, f"email:{address.casefold()}")
        matching_rows = by_whole_address if by_whole_address.exists() else by_part_of_email(rows, address)
    else:
        return None
    return matching_rows.order_by("folded", "pk")


def _with_clue(rows: Rows, clue: str) -> Rows:
    return among_candidates(rows.filter(clues__contains=[clue]), sharing=[clue])


def _by_any_part(rows: Rows, address: str) -> Rows:
    return rows.filter(
        Q(email__icontains=address) | _has_detail(rows, channel="email", value__icontains=address)
    )


def _by_local_part(rows: Rows, address: str) -> Rows:
    local, _at, domain = address.partition("@")
    if domain or not local:
        return rows.none()
    start = f"{local}@"
    return rows.filter(
        Q(email__istartswith=start) | _has_detail(rows, channel="email", value__istartswith=start)
    )


def _has_detail(rows: models.QuerySet[Any], **detail: str) -> Q:
    """Return a condition for rows that have such a phone or address among their other details."""
    model: Any = rows.model._meta.get_field("other_details").related_model
    return Q(pk__in=model.objects.filter(**detail).values("owner"))


def is_channel(q: str) -> bool:
    """Whether `q` is a phone number, an email address, or a part of one."""
    return bool(number_in(q)) or "@" in q


def number_in(q: str) -> str:
    """Return a phone number in E.164, or the digits of part of one; empty if `q` is anything else."""
    normalised = plain_number(q)
    if re.search(r"[^\d\s+().\-/]", normalised):
        return ""
    digits = re.sub(r"\D", "", normalised)
    if len(digits) < _ENOUGH_DIGITS:
        return ""
    return one_phone(normalised, settings.PHONENUMBER_DEFAULT_REGION) or digits


def _as_in_e164(digits: str) -> str:
    """Return part of a number without leading zeros, which E.164 does not have."""
    inside = digits.lstrip("0")
    return inside if len(inside) >= _ENOUGH_DIGITS else digits
