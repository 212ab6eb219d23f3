"""Erasing a person as a background task (docs/adr/0053). Killed and run again, it reaches the same end.

What leaves is fixed before anything is written. Texts leave first and contacts last, because their names and
numbers are searched for in the texts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import SYSTEM, Actor
from audit.models import Action
from audit.services import record
from contacts.models import Contact, Organisation
from contacts.services.contacts import erase_contacts
from jobs import kinds
from jobs.kinds import JobRefused, JobResult, Work
from lib.encryption import seal, unseal
from lib.erasable import Leaving, erase_with, forget, writers
from lib.row_context import Opened, opened
from lib.secret_keys import keyed_hashes
from privacy import inventory
from privacy.codes import NoticeKind
from privacy.freezing import frozen_by_requests
from privacy.models import DataRequest, Erasure, Finding, HiddenText, LedgerEntry, Restriction
from privacy.models.package import SHORTEST_REASON
from privacy.policies import can_review_records
from privacy.reading import title_of
from privacy.rules.erasing import fitting, with_texts, without
from privacy.rules.finding import Wanted, wanted
from privacy.searching import Found, find_in, searched_text
from privacy.services.corrections import TEXTS
from privacy.services.erasures import ERASE, contacts_of
from privacy.services.freezing import others_with, thawed
from privacy.services.hiding import show_texts
from privacy.services.notices import make_notices
from privacy.services.requests import OBJECT_TYPE

_CONTACT: Final = "contacts.Contact"
_DESK: Final = "privacy."
_HASH: Final = "text before an erasure"
_ERASURE: Final = "an erasure under way"  # the purpose of an encryption
_AT_ONCE: Final = 500  # rows of a table in one transaction

One = TypeVar("One", Finding, "Place")
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
    for label, ones in _by_table(Finding.objects.of(request).theirs().in_order()).items():
        if label == _CONTACT:
            continue
        model = apps.get_model(label)
        rows = {
            str(row.pk): row for row in model._base_manager.filter(pk__in={one.object_id for one in ones})
        }
        writer = writers().get(label)
        fixed = set(writer.kept(list(rows))) if writer else set(rows)
        for one in ones:
            row, entry = rows.get(one.object_id), inventory.field_of(label, one.field)
            if row is None or _goes_with(row, entry, contacts):
                continue
            if entry.erasure == "keep":
                kept.append((one, entry.why))
            elif one.object_id in fixed:
                kept.append((one, _("It is signed, published or in force, so it never changes.")))
            elif text := searched_text(label, one.field, getattr(row, one.field)):
                places.append(_place(one, getattr(row, one.field), text, search))
    return Plan(contacts, places, kept)


def _place(finding: Finding | Found, value: Any, text: str, search: Wanted) -> Place:
    stretches = [[hit.start, hit.end] for hit in search.hits(text)] if isinstance(value, str) else None
    return Place(finding.model, finding.object_id, finding.field, _digests(text)[0], stretches)


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
        names.append(str(row))
        private = getattr(row, "private_channel", None)
        for one in (row, private):
            phones.append(str(getattr(one, "phone", "") or ""))
            emails.append(str(getattr(one, "email", "") or ""))
        phones += [detail.value for detail in row.other_details.all() if detail.channel == "phone"]
        emails += [detail.value for detail in row.other_details.all() if detail.channel == "email"]
    found = {"names": names, "phones": phones, "emails": emails}
    return {kind: list(filter(None, dict.fromkeys(values))) for kind, values in found.items()}


def erase_person(work: Work) -> JobResult:
    """Erase the person of a request."""
    seen = Erasure.objects.visible_to(work.actor).select_related("request")
    row = seen.filter(pk=UUID(work.parameters["erasure"])).first()
    if row is None or row.is_done:
        raise JobRefused(_("This data was already erased."))
    begin(row)
    places = places_of(row)
    terms, stays = unseal(row.sealed or b"", place=_ERASURE, row=row.pk)
    search = wanted(**terms)
    if row.request is None:
        search = search.exactly()
    carry_out(work.actor, places, row.contact_ids, search, work.progress, stays=as_keys(stays))

    def end(_files: object) -> None:
        Erasure.objects.filter(pk=row.pk).update(done_at=timezone.now(), sealed=None)
        content = {"terms": terms, "stays": stays, "exact": row.request is None}
        if row.request:
            record(work.actor, Action.ERASE, OBJECT_TYPE, [row.request.pk], purpose=row.request.number)
        _tell(work.actor, places, row.contact_ids, content, row.request)

    return JobResult({"places": len(places), "contacts": len(row.contact_ids)}, record=end)


@transaction.atomic
@opened(Opened.WRITER)
def erase_at_once(actor: Actor, contacts: Collection[UUID]) -> None:
    """Erase contacts by the rules of the review queue, before the answer to whoever asked by API.

    The caller has locked them, and checked that the actor can erase them and that no request needs them.
    """
    terms, plan = _unique_terms(contacts), plan_of_contacts(contacts)
    carry_out(actor, plan.places, plan.contacts, wanted(**terms).exactly())
    _tell(actor, plan.places, plan.contacts, {"terms": terms, "stays": [], "exact": True})


def _tell(
    actor: Actor,
    places: Sequence[Place],
    contacts: Sequence[UUID],
    content: Mapping[str, Any],
    request: DataRequest | None = None,
) -> None:
    """Write an erasure into the ledger, and make notices for who received the records."""
    entry = LedgerEntry(contact_ids=list(contacts), places=[list(place) for place in places])
    entry.seal_content(content)
    entry.save()
    ids = [*contacts, *(UUID(place.key) for place in places if place.model in TEXTS)]
    make_notices(actor, NoticeKind.ERASED, ids, request=request)


@transaction.atomic
@opened(Opened.WRITER)
def begin(row: Erasure) -> None:
    """Fix what leaves, once."""
    locked: Erasure = Erasure.objects.select_for_update(no_key=True).get(pk=row.pk)
    if locked.places is None:
        _refuse_needed(row)
        if row.request:
            for restriction in Restriction.objects.standing().filter(request=row.request):
                show_texts(SYSTEM, restriction)  # they are erased where they belong
        plan = plan_of(row.request) if row.request else plan_of_contacts(row.contact_ids)
        locked.places, locked.contact_ids = [list(place) for place in plan.places], list(plan.contacts)
    if locked.sealed is None:  # or begun by the version before
        if row.request:
            content: list[Any] = [terms_for(row.request), _stays(row.request)]
        else:
            content = [_unique_terms(row.contact_ids), []]
        locked.sealed = seal(content, place=_ERASURE, row=row.pk)
        locked.save(update_fields=["places", "contact_ids", "sealed"])
    row.places, row.contact_ids, row.sealed = locked.places, locked.contact_ids, locked.sealed


def _refuse_needed(row: Erasure) -> None:
    """Raise JobRefused if a data request that is open by now needs the data."""
    if row.request is None:
        if Contact.objects.filter(frozen_by_requests(_CONTACT), pk__in=row.contact_ids).exists():
            raise JobRefused(_("A privacy request is open, so this data cannot be erased."))
    elif others := others_with(row.request):
        raise JobRefused(_("Answer these requests first: %(numbers)s.") % {"numbers": ", ".join(others)})


@opened(Opened.WRITER)
def plan_of_contacts(contacts: Collection[UUID]) -> Plan:
    """Work out what erasing contacts removes, when nobody has read findings: only what cannot be anyone else.

    These are exact names, numbers and addresses. The name of someone who shares it with another contact stays
    in texts, except in meetings they attended and in follow-ups about them.
    """
    places = list(_places(contacts, wanted(**_unique_terms(contacts)).exactly()))
    known = {(place.model, place.key, place.field) for place in places}
    for row in _with_shared_name(contacts):
        search = wanted([str(row)], [], []).exactly()
        own = {"meetings.Meeting": row.meetings, "meetings.FollowUp": row.follow_ups}
        only = {label: {str(pk) for pk in here.values_list("pk", flat=True)} for label, here in own.items()}
        found = _places(contacts, search, only)
        places += [one for one in found if (one.model, one.key, one.field) not in known]
    return Plan(list(contacts), places, [])


def _is_text_that_leaves(label: str, name: str) -> bool:
    """Whether a field is a text written about people: the phone of an office stays the office’s."""
    entry = inventory.field_of(label, name)
    return entry.category in inventory.TEXTS and entry.erasure not in ("keep", "remake")


def _unique_terms(contacts: Collection[UUID]) -> dict[str, list[str]]:
    """What is searched for without a reader: no name, phone or email that another record has, too."""
    terms, shared = terms_for(None, contacts), set(map(str, _with_shared_name(contacts)))
    for name in ("phone", "email"):
        holds = {f"{name}__in": terms[f"{name}s"]}
        shared |= set(map(str, Organisation.objects.filter(**holds).values_list(name, flat=True)))
        others = Contact.objects.filter(**holds).exclude(pk__in=contacts)
        shared |= set(map(str, others.values_list(name, flat=True)))
    return {kind: [term for term in values if term not in shared] for kind, values in terms.items()}


def _with_shared_name(contacts: Collection[UUID]) -> list[Contact]:
    same = Contact.objects.exclude(pk__in=contacts).filter(
        given_name__iexact=OuterRef("given_name"), family_name__iexact=OuterRef("family_name")
    )
    return list(Contact.objects.filter(Exists(same), pk__in=contacts).order_by("pk"))


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
        fixed = set(writer.kept(list(texts)))
        for one in found:
            row, entry = texts.get(one.object_id), inventory.field_of(label, one.field)
            if row is None or one.object_id in fixed or _goes_with(row, entry, contacts):
                continue
            value = getattr(row, one.field)
            yield _place(one, value, searched_text(label, one.field, value), search)


def _stays(request: DataRequest) -> list[list[str]]:
    """Findings whose text stays: those of somebody else, and those in what never changes."""
    found = Finding.objects.of(request)
    others = found.exclude(pk__in=found.theirs().values("pk")).values_list("model", "object_id", "field")
    kept = [(one.model, one.object_id, one.field) for one, _why in plan_of(request).kept]
    return [list(key) for key in (*others, *kept)]


def places_of(row: Erasure) -> list[Place]:
    """What leaves, as it was fixed."""
    return [Place(*one) for one in row.places or ()]


def carry_out(
    actor: Actor,
    places: Sequence[Place],
    contacts: Collection[UUID],
    search: Wanted,
    progress: Callable[[int, int | None], None] = lambda _done, _total: None,
    *,
    stays: Collection[Key] = (),
) -> None:
    """Remove the person from these places, then the contacts. What is gone already stays gone.

    `stays` are texts that a privacy officer read and left: they are about somebody else, or nobody can tell.
    """
    done = 0
    for label, ones in _by_table(places).items():
        by_key: dict[str, list[Place]] = defaultdict(list)
        for one in ones:
            by_key[one.key].append(one)
        writer, keys = writers()[label], sorted(by_key)
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            fixed = set(writer.kept(part))
            writer.write(actor, [key for key in part if key not in fixed], _rewrite(by_key, search))
            done += sum(len(by_key[key]) for key in part)
            progress(done, len(places))
    _erase_contacts(actor, contacts, search, places, stays)


@transaction.atomic
@opened(Opened.WRITER)
def _erase_contacts(
    actor: Actor, ids: Collection[UUID], search: Wanted, places: Sequence[Place], stays: Collection[Key]
) -> None:
    rows = list(Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    forget(actor, Leaving(frozenset(ids), lambda text: any(search.hits(text))))
    _forget_at_the_desk(search.exactly(), stays)
    _forget_hidden(search, {(place.model, place.key, place.field) for place in places})
    if rows:
        with thawed():
            erase_contacts(actor, rows)
    _forget_hidden_of_rows_that_are_gone()


def as_keys(stays: Iterable[Sequence[str]]) -> frozenset[Key]:
    """Texts that stay, as they are sealed, to look them up."""
    return frozenset((model, key, field) for model, key, field in stays)


def texts_of_the_desk() -> dict[str, list[str]]:
    """Tables of the desk itself, with the texts that privacy officers wrote."""
    return {
        label: [name for name in names if inventory.field_of(label, name).erasure == "blank"]
        for label, names in inventory.searched_tables().items()
        if label.startswith(_DESK)
    }


def _forget_at_the_desk(search: Wanted, stays: Collection[Key]) -> None:
    """Remove the person from what privacy officers wrote since the search, which nobody has read.

    Texts that are theirs are among the places of the erasure, and a text with another verdict stays.
    """
    for label, names in texts_of_the_desk().items():
        model = apps.get_model(label)
        rows = model._base_manager.order_by("pk") if names else ()
        for row in rows and rows.only("pk", *names).select_for_update(of=("self",)):
            read = [name for name in names if (label, str(row.pk), name) not in stays]
            after = {name: with_texts(getattr(row, name), partial(_left, search)) for name in read}
            changed = [name for name in read if after[name] != getattr(row, name)]
            for name in changed:
                field: Any = model._meta.get_field(name)
                if isinstance(after[name], str):
                    shortest = SHORTEST_REASON if name == "naming_reason" else 0
                    after[name] = fitting(after[name], field.max_length, mark()).ljust(shortest, "…")
                setattr(row, name, after[name])
            if changed:
                row.save(update_fields=changed)


def _forget_hidden(search: Wanted, theirs: Collection[Key]) -> None:
    """Remove the person from restricted texts that are theirs: the text comes back when it is lifted."""
    rows = HiddenText.objects.filter(object_id__in={key for _model, key, _field in theirs}).exclude(text="")
    for row in rows.order_by("pk").select_for_update(of=("self",)):
        if (row.model, row.object_id, row.field) in theirs and (after := _left(search, row.text)) != row.text:
            row.text = after
            row.save(update_fields=["text"])


def _forget_hidden_of_rows_that_are_gone() -> None:
    """Empty restricted texts whose rows were deleted with a contact: they have no place to come back to."""
    for label in HiddenText.objects.exclude(text="").order_by().values_list("model", flat=True).distinct():
        held = HiddenText.objects.filter(model=label).exclude(text="")
        keys = set(held.values_list("object_id", flat=True))
        there = apps.get_model(label)._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        held.filter(object_id__in=keys - set(map(str, there))).update(text="")


def _left(search: Wanted, text: str) -> str:
    """What is left of a text without the person."""
    return without(text, [(hit.start, hit.end) for hit in search.hits(text)], mark())


def _rewrite(by_key: Mapping[str, Sequence[Place]], search: Wanted) -> Callable[[Any], Mapping[str, Any]]:
    def rewrite(row: Any) -> dict[str, Any]:
        found = {}
        for place in by_key[str(row.pk)]:
            before = getattr(row, place.field)
            after = _without(row, place, before, search)
            if after != before:
                found[place.field] = after
        return found

    return rewrite


def _without(row: Any, place: Place, value: Any, search: Wanted) -> Any:
    """The value without the person. It is found where it was, and where its names and numbers are now."""
    text = searched_text(place.model, place.field, value)
    is_as_it_was = bool(text) and place.digest in _digests(text)
    hits = [(hit.start, hit.end) for hit in search.hits(text)]
    if not hits and not is_as_it_was:
        return value
    field: Any = row._meta.get_field(place.field)
    entry = inventory.field_of(place.model, place.field)
    if entry.category == "channel" or isinstance(field, models.URLField):
        return ""
    if isinstance(value, str):
        stretches = [*hits, *((place.stretches or ()) if is_as_it_was else ())]
        return fitting(without(text, stretches, mark()), field.max_length, mark())
    changed = with_texts(value, lambda one: without(one, [hit[:2] for hit in search.hits(one)], mark()))
    return type(value)() if changed == value else changed


def is_as_before(place: Place) -> bool:
    """Whether the text at a place is what it was before the erasure."""
    row = apps.get_model(place.model)._base_manager.filter(pk=place.key).first()
    text = searched_text(place.model, place.field, getattr(row, place.field)) if row else ""
    return bool(text) and place.digest in _digests(text)


def mark() -> str:
    """What stands in a text for a person who was erased, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[a person]")


def _digests(text: str) -> list[str]:
    return [one.hex()[:32] for one in keyed_hashes(_HASH, text)]


def _by_table(ones: Iterable[One]) -> dict[str, list[One]]:
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


def register() -> None:
    """Make the erasure a kind of background task, and the eraser of contacts one by one."""
    erase_with(erase_at_once)
    kinds.register(
        ERASE,
        erase_person,
        title=gettext_lazy("Erase a person’s data"),
        may=can_review_records,
        lane=kinds.Lane.PRIVACY,
    )
