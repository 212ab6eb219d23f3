"""Plans of erasures: the places of texts and the contacts to erase, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, OuterRef, URLField, Value
from django.db.models.functions import Concat, Trim
from django.utils.translation import gettext as _

from contacts.models import Contact, Organisation
from lib.erasable import writers
from lib.row_context import Opened, opened
from lib.secret_keys import keyed_hashes
from privacy import inventory
from privacy.models import DataRequest, Finding, HiddenText
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import title_of
from privacy.queries.text_search import TextMatch, find_in, is_edited, searched_text
from privacy.rules.finding import PersonSearch, person_search

_CONTACT: Final = "contacts.Contact"
_DESK: Final = "privacy."
_HASH: Final = "text before an erasure"

One = TypeVar("One", Finding, "Place", TextMatch)
Key = tuple[str, str, str]  # table, row and field


class Place(NamedTuple):
    """A text that names the person, with keyed hash and stretches to remove (None: no single text)."""

    model: str
    key: str
    field: str
    digest: str
    stretches: Sequence[Sequence[int]] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Contacts and places that an erasure removes. `retained` are findings that stay, with the reason."""

    contacts: Sequence[UUID]
    places: Sequence[Place]
    retained: Sequence[tuple[Finding, str]]

    def numbers(self) -> list[tuple[str, int]]:
        """Return the number of rows by table in words. Contacts and their rows come first."""
        row_counts = [(_table_name(_CONTACT), len(self.contacts)), *_related_row_counts(self.contacts)]
        rows = {(place.model, place.key) for place in self.places}
        row_counts += [
            (_table_name(label), count) for label, count in Counter(label for label, _key in rows).items()
        ]
        return [(title, count) for title, count in row_counts if count]


def plan_of(request: DataRequest) -> Plan:
    """Plan the erasure of a request's person, from the findings about the person."""
    contacts, search = contacts_of(request), search_for(request)
    places: list[Place] = []
    retained: list[tuple[Finding, str]] = []
    for label, findings in by_table(Finding.objects.of_request(request).about_person().in_order()).items():
        if label == _CONTACT:
            continue
        model = apps.get_model(label)
        rows = {
            str(row.pk): row
            for row in model._base_manager.filter(pk__in={finding.object_id for finding in findings})
        }
        writer = writers().get(label)
        fixed = set(writer.kept(list(rows))) if writer else set(rows)
        hidden = HiddenText.objects.texts([label])
        for finding in findings:
            row, entry = rows.get(finding.object_id), inventory.field_of(label, finding.field)
            if row is None or _is_deleted_with_contact(row, entry, contacts):
                continue
            if entry.erasure == "keep":
                retained.append((finding, entry.why))
            elif finding.object_id in fixed:
                retained.append((finding, _("It is signed, published or in force, so it never changes.")))
            else:
                value = hidden.get((label, finding.object_id, finding.field)) or getattr(row, finding.field)
                if text := searched_text(label, finding.field, value):
                    places.append(_place(finding, value, text, search))
    return Plan(contacts, places, retained)


def _place(finding: Finding | TextMatch, value: Any, text: str, search: PersonSearch) -> Place:
    stretches = [[hit.start, hit.end] for hit in search.hits(text)] if isinstance(value, str) else None
    return Place(finding.model, finding.object_id, finding.field, digests_of(text)[0], stretches)


def place_of(match: TextMatch, search: PersonSearch) -> Place | None:
    """Return the place of a matching text; None if its row is gone."""
    row = apps.get_model(match.model)._base_manager.filter(pk=match.object_id).first()
    if row is None:
        return None
    value = getattr(row, match.field)
    return _place(match, value, searched_text(match.model, match.field, value), search)


def search_for(request: DataRequest | None, contacts: Collection[UUID] = ()) -> PersonSearch:
    """Return the search for passages that an erasure replaces."""
    return person_search(**terms_for(request, contacts))


def terms_for(request: DataRequest | None, contacts: Collection[UUID] = ()) -> dict[str, list[str]]:
    """Return the terms that the person stated, with names, phones and emails of the contacts."""
    terms = request.terms() if request else {}
    ids = [*contacts, *(contacts_of(request) if request else ())]
    names, phones, emails = (list(terms.get(name, ())) for name in ("names", "phones", "emails"))
    rows = Contact.objects.filter(pk__in=ids).select_related("private_channel")
    for row in rows.prefetch_related("other_details"):
        names += [str(row), *(row.former_names or ())]
        private = getattr(row, "private_channel", None)
        for record in (row, private):
            phones.append(str(getattr(record, "phone", "") or ""))
            emails.append(str(getattr(record, "email", "") or ""))
        phones += [detail.value for detail in row.other_details.all() if detail.channel == "phone"]
        emails += [detail.value for detail in row.other_details.all() if detail.channel == "email"]
    terms_by_kind = {"names": names, "phones": phones, "emails": emails}
    return {kind: list(filter(None, dict.fromkeys(values))) for kind, values in terms_by_kind.items()}


@opened(Opened.WRITER)
def plan_of_contacts(contacts: Collection[UUID]) -> Plan:
    """Plan the erasure of contacts without findings that someone has read: only unmistakable texts.

    These have exact names, phones or emails. A name that another contact shares stays in texts, except in
    meetings that the contact attended and in follow-ups about the contact.
    """
    places = list(_places(contacts, person_search(**unique_terms(contacts)).exactly()))
    known_keys = {(place.model, place.key, place.field) for place in places}
    for row, name in _shared_names(contacts):
        search = person_search([name], [], []).exactly()
        own_rows = {"meetings.Meeting": row.meetings, "meetings.FollowUp": row.follow_ups}
        only = {
            label: {str(pk) for pk in rows.values_list("pk", flat=True)} for label, rows in own_rows.items()
        }
        own_places = _places(contacts, search, only)
        places += [place for place in own_places if (place.model, place.key, place.field) not in known_keys]
    return Plan(list(contacts), places, [])


def _is_text_that_leaves(label: str, name: str) -> bool:
    """Whether a field is a text about people that can be rewritten. The phone of an office is not."""
    entry = inventory.field_of(label, name)
    return entry.category in inventory.TEXTS and entry.erasure not in ("keep", "remake")


def unique_terms(contacts: Collection[UUID]) -> dict[str, list[str]]:
    """Return the terms of contacts, without names, phones and emails that another record has, too."""
    terms, shared = terms_for(None, contacts), {name for _row, name in _shared_names(contacts)}
    for name in ("phone", "email"):
        holds = {f"{name}__in": terms[f"{name}s"]}
        shared |= set(map(str, Organisation.objects.filter(**holds).values_list(name, flat=True)))
        other_contacts = Contact.objects.filter(**holds).exclude(pk__in=contacts)
        shared |= set(map(str, other_contacts.values_list(name, flat=True)))
    return {kind: [term for term in values if term not in shared] for kind, values in terms.items()}


def _shared_names(contacts: Collection[UUID]) -> list[tuple[Contact, str]]:
    """Return names of these contacts, also former ones, that another contact has now."""
    other_contacts = Contact.objects.exclude(pk__in=contacts)
    same = other_contacts.filter(
        given_name__iexact=OuterRef("given_name"), family_name__iexact=OuterRef("family_name")
    )
    rows = Contact.objects.filter(pk__in=contacts).order_by("pk")
    shared_names = [(row, str(row)) for row in rows.filter(Exists(same))]
    other_full_names = other_contacts.annotate(whole=Trim(Concat("given_name", Value(" "), "family_name")))
    for row in rows.filter(former_names__isnull=False):
        names = row.former_names or ()
        shared_names += [
            (row, name) for name in names if other_full_names.filter(whole__iexact=name).exists()
        ]
    return shared_names


def _places(
    contacts: Collection[UUID], search: PersonSearch, only: Mapping[str, Collection[str]] | None = None
) -> Iterator[Place]:
    """Yield rewritable texts with a match. `only`: IDs of rows by table, to which the search is limited."""
    for label, names in inventory.searched_tables().items():
        writer = writers().get(label)
        leaving = [name for name in names if _is_text_that_leaves(label, name)]
        allowed_ids = None if only is None else only.get(label, ())
        if not leaving or writer is None or label.startswith(_DESK) or allowed_ids == ():
            continue
        matches = [
            match
            for match in find_in(label, leaving, search)
            if allowed_ids is None or match.object_id in allowed_ids
        ]
        rows = apps.get_model(label)._base_manager.in_bulk([match.object_id for match in matches])
        texts = {str(pk): row for pk, row in rows.items()}
        fixed, hidden = set(writer.kept(list(texts))), HiddenText.objects.texts([label])
        for match in matches:
            row, entry = texts.get(match.object_id), inventory.field_of(label, match.field)
            if row is None or match.object_id in fixed or _is_deleted_with_contact(row, entry, contacts):
                continue
            value = hidden.get((label, match.object_id, match.field)) or getattr(row, match.field)
            yield _place(match, value, searched_text(label, match.field, value), search)


def texts_that_stay(request: DataRequest) -> list[list[str]]:
    """Return the keys of findings whose text stays: about someone else, or in a text that never changes."""
    findings = Finding.objects.of_request(request)
    keys_of_others = findings.exclude(pk__in=findings.about_person().values("pk")).values_list(
        "model", "object_id", "field"
    )
    keys_of_kept = [
        (finding.model, finding.object_id, finding.field) for finding, _why in plan_of(request).retained
    ]
    return [list(key) for key in (*keys_of_others, *keys_of_kept)]


def has_unread_texts(request: DataRequest, matches: Sequence[TextMatch]) -> bool:
    """Whether texts that a search finds now have no verdict, and would stay after the erasure.

    Later texts of privacy officers are left out: the erasure removes the person from them without a verdict.
    """
    findings_by_key = {
        (finding.model, finding.object_id, finding.field): finding
        for finding in Finding.objects.of_request(request)
    }
    contacts = contacts_of(request)
    unread_matches = [
        match
        for match in matches
        if _is_unread(match, findings_by_key.get((match.model, match.object_id, match.field)))
    ]
    for label, table_matches in by_table(unread_matches).items():
        rows = apps.get_model(label)._base_manager.in_bulk([match.object_id for match in table_matches])
        rows_by_id = {str(pk): row for pk, row in rows.items()}
        for match in table_matches:
            row = rows_by_id.get(match.object_id)
            if row and not _is_deleted_with_contact(row, inventory.field_of(label, match.field), contacts):
                return True
    return False


def _is_unread(match: TextMatch, finding: Finding | None) -> bool:
    stays = match.model.startswith(_DESK) or inventory.field_of(match.model, match.field).erasure in (
        "keep",
        "remake",
    )
    return not stays and (finding is None or is_edited(finding, match))


def is_as_before(place: Place) -> bool:
    """Whether the text at a place is still the text from before the erasure."""
    if place.stretches is not None and not place.stretches and not leaves_whole(place.model, place.field):
        return False  # the erasure removed nothing: a linked row, or the mark of a hidden text
    row = apps.get_model(place.model)._base_manager.filter(pk=place.key).first()
    text = searched_text(place.model, place.field, getattr(row, place.field)) if row else ""
    return bool(text) and place.digest in digests_of(text)


def leaves_whole(label: str, name: str) -> bool:
    """Whether a field is emptied rather than rewritten, such as a phone number or an address."""
    is_link = isinstance(apps.get_model(label)._meta.get_field(name), URLField)
    return is_link or inventory.field_of(label, name).category == "channel"


def digests_of(text: str) -> list[str]:
    return [digest.hex()[:32] for digest in keyed_hashes(_HASH, text)]


def by_table(items: Iterable[One]) -> dict[str, list[One]]:
    items_by_table: dict[str, list[One]] = defaultdict(list)
    for item in items:
        items_by_table[item.model].append(item)
    return items_by_table


def _is_deleted_with_contact(row: Any, entry: inventory.Field, contacts: Collection[UUID]) -> bool:
    """Whether erasing one of these contacts deletes the row."""
    owners = [field for field in inventory.fields_of(entry.model) if field.kind == "person"]
    return entry.about == "contact" and any(
        owner.erasure == "delete" and getattr(row, f"{owner.name}_id") in contacts for owner in owners
    )


def _related_row_counts(contacts: Collection[UUID]) -> list[tuple[str, int]]:
    """Return the number of rows that refer to contacts, by table in words."""
    row_counts = []
    for relation in Contact._meta.related_objects:
        model: Any = relation.related_model
        count = model._base_manager.filter(**{f"{relation.field.name}__in": contacts}).count()
        row_counts.append((_table_name(model._meta.label), count))
    return row_counts


def _table_name(label: str) -> str:
    return title_of(label, "").split(",")[0]


def as_keys(stays: Iterable[Sequence[str]]) -> frozenset[Key]:
    """Return sealed keys of texts that stay, as tuples for lookups."""
    return frozenset((model, key, field) for model, key, field in stays)
