"""Search for organisations and contacts by one text: words, a phone number or an email address.

A contact is found by their own name, phone and email only, never through an organisation
(docs/domain.md, rule 3) and never by a private phone.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

from django.conf import settings

from accounts.actors import Actor
from audit.rules import search_hash
from contacts.models import Contact, Organisation
from contacts.models.search import is_channel, number_in
from lib.fold import fold, latin
from lib.matching import MAX_WORDS
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


def find_both(actor: Actor, q: str, limit: int) -> tuple[list[Organisation], list[Contact]]:
    """Return visible organisations and contacts that match, best first.

    If neither list matches all words, each ignores the words that only the other knows: “Rao Buddhist” finds
    every Rao among the contacts and every Buddhist organisation, whether they have to do with each other or
    not. A word that neither list knows finds nothing.
    """
    organisations, contacts = find_organisations(actor, q, limit), find_contacts(actor, q, limit)
    words = list(dict.fromkeys(fold(q).split()))
    if organisations or contacts or is_channel(q) or not 2 <= len(words) <= MAX_WORDS:
        return organisations, contacts
    in_organisations = {word for word in words if find_organisations(actor, word, 1)}
    in_contacts = {word for word in words if find_contacts(actor, word, 1)}
    if in_organisations | in_contacts != set(words) or not (in_organisations and in_contacts):
        return organisations, contacts
    return (
        _first_matching(
            find_organisations, actor, words, [in_organisations, in_organisations - in_contacts], limit
        ),
        _first_matching(find_contacts, actor, words, [in_contacts, in_contacts - in_organisations], limit),
    )


def _first_matching(
    find: Callable[[Actor, str, int], list[Any]],
    actor: Actor,
    words: Sequence[str],
    groups: Iterable[Collection[str]],
    limit: int,
) -> list[Any]:
    """Return the rows found by the first of these groups of words, in their order, that finds any."""
    searches = (" ".join(word for word in words if word in group) for group in groups if group)
    return next((rows for q in searches if (rows := find(actor, q, limit))), [])


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
