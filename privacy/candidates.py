"""Contacts who may be the person of a data request, before its search has read every text.

They are found as in the book and compared as in the search, so that the search finds each of them again.
Private numbers and addresses are encrypted: only the search reads them.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from contacts.models import Contact
from contacts.models.search import people_found_by
from lib.row_context import Opened, opened
from privacy.rules.finding import Wanted, wanted


@opened(Opened.WRITER)
def contacts_who_may_be(terms: Mapping[str, Sequence[str]]) -> list[UUID]:
    """Return the IDs of contacts of every district with a name, phone or email that the person stated."""
    names, phones, emails = (terms.get(name, ()) for name in ("names", "phones", "emails"))
    search = wanted(names, phones, emails)
    found: set[UUID] = set()
    for term in (*names, *phones, *emails):
        rows = people_found_by(Contact.objects.all(), term).prefetch_related("other_details")
        found |= {row.pk for row in rows if _is_hit(search, row)}
    return sorted(found)


def _is_hit(search: Wanted, row: Contact) -> bool:
    details = [detail.value for detail in row.other_details.all()]
    return any(any(search.hits(text)) for text in (str(row), str(row.phone or ""), row.email, *details))
