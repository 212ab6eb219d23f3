"""Contacts of a data request: those who may be the person, and those who are."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from audit.models import Change, Op
from contacts.models import Contact
from contacts.models.search import contacts_found_by
from lib.row_context import Opened, opened
from privacy.models import DataRequest, Finding
from privacy.rules.finding import PersonSearch, person_search


@opened(Opened.WRITER)
def contacts_who_may_be(terms: Mapping[str, Sequence[str]]) -> list[UUID]:
    """Return the IDs of contacts of every district with a name, phone or email that the person stated.

    The query is that of the contact list, and the comparison that of the request's search, so the search
    finds each of these contacts again. Private phone numbers and emails are encrypted: only the search reads
    them.
    """
    names, phones, emails = (terms.get(name, ()) for name in ("names", "phones", "emails"))
    search = person_search(names, phones, emails)
    contact_ids: set[UUID] = set()
    for term in (*names, *phones, *emails):
        rows = contacts_found_by(Contact.objects.all(), term).prefetch_related("other_details")
        contact_ids |= {row.pk for row in rows if _is_hit(search, row)}
    return sorted(contact_ids)


def _is_hit(search: PersonSearch, row: Contact) -> bool:
    details = [detail.value for detail in row.other_details.all()]
    return any(any(search.hits(text)) for text in (str(row), str(row.phone or ""), row.email, *details))


def merged_into(contact_id: UUID) -> list[UUID]:
    """Return the IDs of the contacts that were merged into this one."""
    merged = Change.objects.filter(object_type="contact", op=Op.MERGED, into_id=contact_id)
    return list(merged.values_list("object_id", flat=True))


def contacts_of(row: DataRequest) -> list[UUID]:
    """IDs of the contacts that are the person of a request."""
    findings = Finding.objects.of_request(row).about_person().filter(model="contacts.Contact")
    ids = {UUID(pk) for pk in findings.values_list("object_id", flat=True)} | {row.contact_id}
    return sorted(pk for pk in ids if pk is not None)
