"""Search for organisations and contacts by one text: words, a phone number or an email address.

A contact is found by their own name, phone and email only, never through an organisation
(docs/domain.md, rule 3) and never by a private phone.
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
    """Return visible organisations that match, best first, with their home district."""
    rows: Any = Organisation.objects.visible_to(actor).select_related("home_district")
    return list(rows.matching(q)[:limit])


def find_contacts(actor: Actor, q: str, limit: int) -> list[Contact]:
    """Return visible contacts that match and have not opted out, best first, with their home district."""
    rows: Any = Contact.objects.visible_to(actor).filter(withdrawn_on__isnull=True)
    return list(rows.select_related("home_district").matching(q)[:limit])


def searched_words(q: str) -> str:
    """Return the normal form of a search for the activity log: sorted words in Latin script, or a number."""
    if number := number_in(q):
        return number
    return " ".join(sorted(latin(fold(q)).split()))


def hash_of_search(q: str) -> bytes | None:
    """Return the keyed hash of a search's words for the activity log; None without words."""
    words = searched_words(q[:MOST_LETTERS])
    return search_hash(_search_keys()[0], words) if words else None


def event_fields_of_search(object_type: str, q: str) -> list[str]:
    """Return field names for the event of a search: COMMUNITY if it looks for contacts by a community."""
    return [COMMUNITY] if object_type == "contact" and names_community(q[:MOST_LETTERS]) else []


def hashes_of_searches(words: Iterable[str]) -> set[bytes]:
    """Return all hashes, under present and former keys, of searches for these words (`searched_words`)."""
    keys = _search_keys()
    return {search_hash(key, searched) for searched in words if searched for key in keys}


def _search_keys() -> list[str]:
    """Return the present key first, then former keys, whose hashes are still in the activity log."""
    return [*settings.AUDIT_SEARCH_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
