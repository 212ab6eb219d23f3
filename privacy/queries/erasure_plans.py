"""What erasing a person removes: the places of texts, and the contacts, before anything is written."""

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
from privacy.queries.text_search import Found, find_in, is_edited, searched_text
from privacy.rules.finding import Wanted, wanted

_CONTACT: Final = "contacts.Contact"
_DESK: Final = "privacy."
_HASH: Final = "text before an erasure"

One = TypeVar("One", Finding, "Place", Found)
Key = tuple[str, str, str]  # table, row and field


class Place(NamedTuple):
    """A text that names the person: its keyed hash, and the stretches that leave (None: no single text)."""

    model: str
    key: str
    field: str
    digest: str
    stretches: Sequence[Sequence[int]] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure removes. `kept` are findings whose text stays, each with the reason."""

    contacts: Sequence[UUID]
    places: Sequence[Place]
    kept: Sequence[tuple[Finding, str]]

    def numbers(self) -> list[tuple[str, int]]:
        """Rows by table in words, contacts and what goes with them first."""
        found = [(_table(_CONTACT), len(self.contacts)), *_beside(self.contacts)]
        rows = {(place.model, place.key) for place in self.places}
        found += [(_table(label), count) for label, count in Counter(label for label, _key in rows).items()]
        return [(title, count) for title, count in found if count]


def plan_of(request: DataRequest) -> Plan:
    """Work out what erasing the person of a request removes, from the findings that are theirs."""
    contacts, search = contacts_of(request), search_for(request)
    places: list[Place] = []
    kept: list[tuple[Finding, str]] = []
    for label, ones in by_table(Finding.objects.of(request).theirs().in_order()).items():
        if label == _CONTACT:
            continue
        model = apps.get_model(label)
        rows = {
            str(row.pk): row for row in model._base_manager.filter(pk__in={one.object_id for one in ones})
        }
        writer = writers().get(label)
        fixed = set(writer.kept(list(rows))) if writer else set(rows)
        hidden = HiddenText.objects.texts([label])
        for one in ones:
            row, entry = rows.get(one.object_id), inventory.field_of(label, one.field)
            if row is None or _goes_with(row, entry, contacts):
                continue
            if entry.erasure == "keep":
                kept.append((one, entry.why))
            elif one.object_id in fixed:
                kept.append((one, _("It is signed, published or in force, so it never changes.")))
            else:
                value = hidden.get((label, one.object_id, one.field)) or getattr(row, one.field)
                if text := searched_text(label, one.field, value):
                    places.append(_place(one, value, text, search))
    return Plan(contacts, places, kept)


def _place(finding: Finding | Found, value: Any, text: str, search: Wanted) -> Place:
    stretches = [[hit.start, hit.end] for hit in search.hits(text)] if isinstance(value, str) else None
    return Place(finding.model, finding.object_id, finding.field, digests_of(text)[0], stretches)


def place_of(found: Found, search: Wanted) -> Place | None:
    """A text in which a person was found, as a place to remove them from; None if its row is gone."""
    row = apps.get_model(found.model)._base_manager.filter(pk=found.object_id).first()
    if row is None:
        return None
    value = getattr(row, found.field)
    return _place(found, value, searched_text(found.model, found.field, value), search)


def search_for(request: DataRequest | None, contacts: Collection[UUID] = ()) -> Wanted:
    """What is replaced in texts."""
    return wanted(**terms_for(request, contacts))


def terms_for(request: DataRequest | None, contacts: Collection[UUID] = ()) -> dict[str, list[str]]:
    """What the person stated, and the names and channels on their records."""
    terms = request.terms() if request else {}
    ids = [*contacts, *(contacts_of(request) if request else ())]
    names, phones, emails = (list(terms.get(name, ())) for name in ("names", "phones", "emails"))
    rows = Contact.objects.filter(pk__in=ids).select_related("private_channel")
    for row in rows.prefetch_related("other_details"):
        names += [str(row), *(row.former_names or ())]
        private = getattr(row, "private_channel", None)
        for one in (row, private):
            phones.append(str(getattr(one, "phone", "") or ""))
            emails.append(str(getattr(one, "email", "") or ""))
        phones += [detail.value for detail in row.other_details.all() if detail.channel == "phone"]
        emails += [detail.value for detail in row.other_details.all() if detail.channel == "email"]
    found = {"names": names, "phones": phones, "emails": emails}
    return {kind: list(filter(None, dict.fromkeys(values))) for kind, values in found.items()}


@opened(Opened.WRITER)
def plan_of_contacts(contacts: Collection[UUID]) -> Plan:
    """Work out what erasing contacts removes, when nobody has read findings: only what cannot be anyone else.

    These are exact names, numbers and addresses. The name of someone who shares it with another contact stays
    in texts, except in meetings they attended and in follow-ups about them.
    """
    places = list(_places(contacts, wanted(**unique_terms(contacts)).exactly()))
    known = {(place.model, place.key, place.field) for place in places}
    for row, name in _shared_names(contacts):
        search = wanted([name], [], []).exactly()
        own = {"meetings.Meeting": row.meetings, "meetings.FollowUp": row.follow_ups}
        only = {label: {str(pk) for pk in here.values_list("pk", flat=True)} for label, here in own.items()}
        found = _places(contacts, search, only)
        places += [one for one in found if (one.model, one.key, one.field) not in known]
    return Plan(list(contacts), places, [])


def _is_text_that_leaves(label: str, name: str) -> bool:
    """Whether a field is a text written about people: the phone of an office stays the office’s."""
    entry = inventory.field_of(label, name)
    return entry.category in inventory.TEXTS and entry.erasure not in ("keep", "remake")


def unique_terms(contacts: Collection[UUID]) -> dict[str, list[str]]:
    """What is searched for without a reader: no name, phone or email that another record has, too."""
    terms, shared = terms_for(None, contacts), {name for _row, name in _shared_names(contacts)}
    for name in ("phone", "email"):
        holds = {f"{name}__in": terms[f"{name}s"]}
        shared |= set(map(str, Organisation.objects.filter(**holds).values_list(name, flat=True)))
        others = Contact.objects.filter(**holds).exclude(pk__in=contacts)
        shared |= set(map(str, others.values_list(name, flat=True)))
    return {kind: [term for term in values if term not in shared] for kind, values in terms.items()}


def _shared_names(contacts: Collection[UUID]) -> list[tuple[Contact, str]]:
    """Names of these contacts, also former ones, that another contact has now."""
    others = Contact.objects.exclude(pk__in=contacts)
    same = others.filter(
        given_name__iexact=OuterRef("given_name"), family_name__iexact=OuterRef("family_name")
    )
    rows = Contact.objects.filter(pk__in=contacts).order_by("pk")
    found = [(row, str(row)) for row in rows.filter(Exists(same))]
    whole = others.annotate(whole=Trim(Concat("given_name", Value(" "), "family_name")))
    for row in rows.filter(former_names__isnull=False):
        names = row.former_names or ()
        found += [(row, name) for name in names if whole.filter(whole__iexact=name).exists()]
    return found


def _places(
    contacts: Collection[UUID], search: Wanted, only: Mapping[str, Collection[str]] | None = None
) -> Iterator[Place]:
    """Texts that can be rewritten and in which the search finds someone; `only` in these rows, by table."""
    for label, names in inventory.searched_tables().items():
        writer = writers().get(label)
        leaving = [name for name in names if _is_text_that_leaves(label, name)]
        here = None if only is None else only.get(label, ())
        if not leaving or writer is None or label.startswith(_DESK) or here == ():
            continue
        found = [one for one in find_in(label, leaving, search) if here is None or one.object_id in here]
        rows = apps.get_model(label)._base_manager.in_bulk([one.object_id for one in found])
        texts = {str(pk): row for pk, row in rows.items()}
        fixed, hidden = set(writer.kept(list(texts))), HiddenText.objects.texts([label])
        for one in found:
            row, entry = texts.get(one.object_id), inventory.field_of(label, one.field)
            if row is None or one.object_id in fixed or _goes_with(row, entry, contacts):
                continue
            value = hidden.get((label, one.object_id, one.field)) or getattr(row, one.field)
            yield _place(one, value, searched_text(label, one.field, value), search)


def texts_that_stay(request: DataRequest) -> list[list[str]]:
    """Findings whose text stays: those of somebody else, and those in what never changes."""
    found = Finding.objects.of(request)
    others = found.exclude(pk__in=found.theirs().values("pk")).values_list("model", "object_id", "field")
    kept = [(one.model, one.object_id, one.field) for one, _why in plan_of(request).kept]
    return [list(key) for key in (*others, *kept)]


def has_unread(request: DataRequest, found: Sequence[Found]) -> bool:
    """Whether texts that a search finds now have no verdict, and would stay after the erasure.

    Later texts of privacy officers are left out: the erasure removes the person from them without a verdict.
    """
    read = {(one.model, one.object_id, one.field): one for one in Finding.objects.of(request)}
    contacts = contacts_of(request)
    new = [one for one in found if _is_unread(one, read.get((one.model, one.object_id, one.field)))]
    for label, ones in by_table(new).items():
        rows = apps.get_model(label)._base_manager.in_bulk([one.object_id for one in ones])
        there = {str(pk): row for pk, row in rows.items()}
        for one in ones:
            row = there.get(one.object_id)
            if row and not _goes_with(row, inventory.field_of(label, one.field), contacts):
                return True
    return False


def _is_unread(one: Found, before: Finding | None) -> bool:
    stays = one.model.startswith(_DESK) or inventory.field_of(one.model, one.field).erasure in (
        "keep",
        "remake",
    )
    return not stays and (before is None or is_edited(before, one))


def is_as_before(place: Place) -> bool:
    """Whether the text at a place is what it was before the erasure, and should not be."""
    if place.stretches is not None and not place.stretches and not leaves_whole(place.model, place.field):
        return False  # nothing left it: it was found by a link, or was the mark of a hidden text
    row = apps.get_model(place.model)._base_manager.filter(pk=place.key).first()
    text = searched_text(place.model, place.field, getattr(row, place.field)) if row else ""
    return bool(text) and place.digest in digests_of(text)


def leaves_whole(label: str, name: str) -> bool:
    """Whether a field is emptied rather than rewritten: a part of a number or an address says nothing."""
    is_link = isinstance(apps.get_model(label)._meta.get_field(name), URLField)
    return is_link or inventory.field_of(label, name).category == "channel"


def digests_of(text: str) -> list[str]:
    return [one.hex()[:32] for one in keyed_hashes(_HASH, text)]


def by_table(ones: Iterable[One]) -> dict[str, list[One]]:
    found: dict[str, list[One]] = defaultdict(list)
    for one in ones:
        found[one.model].append(one)
    return found


def _goes_with(row: Any, entry: inventory.Field, contacts: Collection[UUID]) -> bool:
    """Whether the row is deleted with a contact who is erased."""
    owners = [one for one in inventory.fields_of(entry.model) if one.kind == "person"]
    return entry.about == "contact" and any(
        one.erasure == "delete" and getattr(row, f"{one.name}_id") in contacts for one in owners
    )


def _beside(contacts: Collection[UUID]) -> list[tuple[str, int]]:
    """Rows that refer to contacts, by table in words: deleted with them, or without them."""
    found = []
    for relation in Contact._meta.related_objects:
        model: Any = relation.related_model
        count = model._base_manager.filter(**{f"{relation.field.name}__in": contacts}).count()
        found.append((_table(model._meta.label), count))
    return found


def _table(label: str) -> str:
    return title_of(label, "").split(",")[0]


def as_keys(stays: Iterable[Sequence[str]]) -> frozenset[Key]:
    """Texts that stay, as they are sealed, to look them up."""
    return frozenset((model, key, field) for model, key, field in stays)
