"""Finding organisations and people by what is typed into one box: words, a number, an address.

A person is found by their own name, number and address only, never through an organisation
(domain.md, rule 3), and never by a private number.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from accounts.actors import Actor
from audit.rules import search_hash
from contacts.models import Contact, Organisation
from contacts.rules import one_phone, plain_number
from lib.domains import plain_email
from lib.fold import fold, latin

MOST_LETTERS: Final = 200
_ENOUGH_DIGITS: Final = 6


def find_organisations(actor: Actor, q: str, limit: int) -> list[Organisation]:
    """Organisations the actor sees, best first, with their home district."""
    rows: Any = Organisation.objects.visible_to(actor).select_related("home_district")
    return _found(rows, q, limit)


def find_contacts(actor: Actor, q: str, limit: int) -> list[Contact]:
    """People the actor sees who have not withdrawn, best first, with their home district."""
    rows: Any = Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)
    return _found(rows.select_related("home_district"), q, limit)


def searched_words(q: str) -> str:
    """What a search stands for in the trail: words in one script and order, or one form of a number."""
    if number := _number(q):
        return number
    return " ".join(sorted(latin(fold(q)).split()))


def search_mark(q: str) -> bytes | None:
    """What the trail keeps of a search: a keyed hash of its words; None where there are none."""
    words = searched_words(q[:MOST_LETTERS])
    return search_hash(_search_keys()[0], words) if words else None


def search_marks(words: Iterable[str]) -> set[bytes]:
    """Every hash that a search for one of these (as `searched_words` gives them) has left so far."""
    keys = _search_keys()
    return {search_hash(key, one) for one in words if one for key in keys}


def _search_keys() -> list[str]:
    """The current one first; those before it still tell what was searched for under them."""
    return [*settings.AUDIT_SEARCH_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _found(rows: Any, q: str, limit: int) -> list[Any]:
    """A whole number or address through the index of clues; parts of one, and words, as they are."""
    in_order = ("folded", "pk")
    if number := _number(q):
        whole = number.startswith("+")
        by_number = Q(clues__contains=[f"phone:{number}"]) if whole else Q(phone__contains=_kept(number))
        return list(rows.filter(by_number).order_by(*in_order)[:limit])
    if "@" in q:
        address = plain_email(q)
        whole_address = rows.filter(clues__contains=[f"email:{address.casefold()}"])
        if found := list(whole_address.order_by(*in_order)[:limit]):
            return found
        return list(rows.filter(email__icontains=address).order_by(*in_order)[:limit])
    return list(rows.matching(q)[:limit])


def _kept(digits: str) -> str:
    """Part of a number as E.164 has it: without the zeros that are dialled before it inside a country."""
    inside = digits.lstrip("0")
    return inside if len(inside) >= _ENOUGH_DIGITS - 1 else digits


def _number(q: str) -> str:
    """A phone number in E.164, or the digits of a part of one; empty where `q` is something else."""
    plain = plain_number(q)
    if re.search(r"[^\d\s+().\-/]", plain):
        return ""
    digits = re.sub(r"\D", "", plain)
    if len(digits) < _ENOUGH_DIGITS:
        return ""
    return one_phone(plain, settings.PHONENUMBER_DEFAULT_REGION) or digits
