"""Finding organisations and people by what is typed into one box: words, a number, an address.

A person is found by their own name, number and address only, never through an organisation
(docs/domain.md, rule 3), and never by a private number.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings

from accounts.actors import Actor
from audit.rules import search_hash
from contacts.models import Contact, Organisation
from contacts.models.search import number_in
from lib.fold import fold, latin
from lib.sensitive import names_community

MOST_LETTERS: Final = 200
COMMUNITY: Final = "community_word"  # field name in events of such searches


def find_organisations(actor: Actor, q: str, limit: int) -> list[Organisation]:
    """Organisations the actor sees, best first, with their home district."""
    rows: Any = Organisation.objects.visible_to(actor).select_related("home_district")
    return list(rows.matching(q)[:limit])


def find_contacts(actor: Actor, q: str, limit: int) -> list[Contact]:
    """People the actor sees who have not withdrawn, best first, with their home district."""
    rows: Any = Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)
    return list(rows.select_related("home_district").matching(q)[:limit])


def searched_words(q: str) -> str:
    """What a search stands for in the trail: words in one script and order, or one form of a number."""
    if number := number_in(q):
        return number
    return " ".join(sorted(latin(fold(q)).split()))


def search_mark(q: str) -> bytes | None:
    """What the trail keeps of a search: a keyed hash of its words; None where there are none."""
    words = searched_words(q[:MOST_LETTERS])
    return search_hash(_search_keys()[0], words) if words else None


def search_signs(object_type: str, q: str) -> list[str]:
    """What the activity log notes of a search besides its hash: that it is for a community among people."""
    return [COMMUNITY] if object_type == "contact" and names_community(q[:MOST_LETTERS]) else []


def search_marks(words: Iterable[str]) -> set[bytes]:
    """Every hash that a search for one of these (as `searched_words` gives them) has left so far."""
    keys = _search_keys()
    return {search_hash(key, one) for one in words if one for key in keys}


def _search_keys() -> list[str]:
    """The current one first; those before it still tell what was searched for under them."""
    return [*settings.AUDIT_SEARCH_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
