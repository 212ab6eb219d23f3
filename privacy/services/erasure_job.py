"""Erase a person as a background task (docs/adr/0053). A killed task continues to the same end.

The places are fixed before anything is written. Texts are rewritten first and contacts erased last, because
the names and numbers of contacts are searched for in the texts.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import SYSTEM, Actor
from audit.models import Action
from audit.services import record
from contacts.models import Contact
from contacts.services.contacts import erase_contacts
from jobs.services import kinds
from jobs.services.kinds import JobRefused, JobResult, Work
from lib.encryption import seal, unseal
from lib.erasable import Leaving, Writer, forget, texts, writers
from lib.row_context import writes
from privacy import inventory
from privacy.codes import NoticeKind
from privacy.models import DataRequest, Erasure, HiddenText, LedgerEntry, Restriction
from privacy.models.package import SHORTEST_REASON
from privacy.policies import can_review_records
from privacy.queries.erasure_plans import (
    Key,
    Place,
    as_keys,
    by_table,
    digests_of,
    has_unread_texts,
    leaves_whole,
    plan_of,
    plan_of_contacts,
    terms_for,
    texts_that_stay,
    unique_terms,
)
from privacy.queries.frozen_rows import frozen_by_requests
from privacy.queries.text_search import find_everywhere, searched_text
from privacy.rules.erasing import fitting, with_texts, without
from privacy.rules.finding import PersonSearch, person_search
from privacy.services.corrections import TEXTS
from privacy.services.erasures import ERASE, locked_erasure, refuse_to_begin
from privacy.services.found_texts import erase_from_found_texts, forget_found_texts
from privacy.services.freezing import thawed
from privacy.services.hiding import show_texts
from privacy.services.notices import make_notices
from privacy.services.requests import OBJECT_TYPE
from privacy.services.search_job import keep_findings

_DESK: Final = "privacy."
_CONTACT: Final = "contacts.Contact"
_ERASURE: Final = "an erasure under way"  # the purpose of an encryption
_AT_ONCE: Final = 500  # rows of a table in one transaction


def erase_person(work: Work) -> JobResult:
    """Erase the person of a request."""
    erasures = Erasure.objects.visible_to(work.actor).select_related("request")
    row = erasures.filter(pk=UUID(work.parameters["erasure"])).first()
    if row is None:
        raise JobRefused(_("The erasure was called off."))
    if row.is_done:
        raise JobRefused(_("This data was already erased."))
    if row.places is None and row.request is not None:
        _refuse_unread_texts(row, row.request)
    begin(row)
    places = places_of(row)
    terms, stays = unseal(row.sealed or b"", place=_ERASURE, row=row.pk)
    search = person_search(**terms)
    if row.request is None:
        search = search.exactly()
    carry_out(work.actor, places, row.contact_ids, search, work.progress, stays=as_keys(stays))

    def end(_files: object) -> None:
        Erasure.objects.filter(pk=row.pk).update(done_at=timezone.now(), sealed=None)
        content = {"terms": terms, "stays": stays, "exact": row.request is None}
        if row.request:
            forget_found_texts(row.request)
            record(work.actor, Action.ERASE, OBJECT_TYPE, [row.request.pk], purpose=row.request.number)
        _record_in_ledger(work.actor, places, row.contact_ids, content, row.request)

    return JobResult({"places": len(places), "contacts": len(row.contact_ids)}, record=end)


@writes
def erase_at_once(actor: Actor, contacts: Collection[UUID]) -> None:
    """Erase contacts by the rules of the review queue, within an API request.

    The caller has locked them, and checked that the actor can erase them and that no request needs them.
    """
    terms, plan = unique_terms(contacts), plan_of_contacts(contacts)
    carry_out(actor, plan.places, plan.contacts, person_search(**terms).exactly())
    _record_in_ledger(actor, plan.places, plan.contacts, {"terms": terms, "stays": [], "exact": True})


def _record_in_ledger(
    actor: Actor,
    places: Sequence[Place],
    contacts: Sequence[UUID],
    content: Mapping[str, Any],
    request: DataRequest | None = None,
) -> None:
    """Write an erasure into the ledger, and make notices to the recipients of the records."""
    entry = LedgerEntry(contact_ids=list(contacts), places=[list(place) for place in places])
    entry.seal_content(content)
    entry.save()
    ids = [*contacts, *(UUID(place.key) for place in places if place.model in TEXTS)]
    make_notices(actor, NoticeKind.ERASED, ids, request=request)


def _refuse_unread_texts(row: Erasure, request: DataRequest) -> None:
    """Search again before an erasure begins. Raises JobRefused if a new text has no verdict.

    New texts become findings. The erasure can continue when all findings have a verdict.
    """
    _refuse_frozen(row)
    matches = find_everywhere(request)
    if not has_unread_texts(request, matches):
        return
    with transaction.atomic():
        if locked_erasure(row.pk) is None:
            raise JobRefused(_("The erasure was called off."))
        _refuse_frozen(row)
        keep_findings(request, matches)
    raise JobRefused(
        _("Texts written since the search name this person. Give them a verdict, then continue the erasure.")
    )


@writes
def begin(row: Erasure) -> None:
    """Fix the places of an erasure, once. Raises JobRefused if the erasure can no longer begin."""
    locked = locked_erasure(row.pk)
    if locked is None:
        raise JobRefused(_("The erasure was called off."))
    if locked.places is None:
        _refuse_frozen(row)
        if row.request:
            for restriction in Restriction.objects.standing().filter(request=row.request):
                show_texts(SYSTEM, restriction)  # so that they are erased in their rows
        plan = plan_of(row.request) if row.request else plan_of_contacts(row.contact_ids)
        locked.places, locked.contact_ids = [list(place) for place in plan.places], list(plan.contacts)
        if row.request:
            content: list[Any] = [terms_for(row.request), texts_that_stay(row.request)]
        else:
            content = [unique_terms(row.contact_ids), []]
        locked.sealed = seal(content, place=_ERASURE, row=row.pk)
        locked.save(update_fields=["places", "contact_ids", "sealed"])
    row.places, row.contact_ids, row.sealed = locked.places, locked.contact_ids, locked.sealed


def _refuse_frozen(row: Erasure) -> None:
    """Raise JobRefused if a request needs the data, or the erasure's own request is closed."""
    if row.request is None:
        if Contact.objects.filter(frozen_by_requests(_CONTACT), pk__in=row.contact_ids).exists():
            raise JobRefused(_("A privacy request is open, so this data cannot be erased."))
        return
    row.request.refresh_from_db()
    try:
        refuse_to_begin(row.request)
    except ValidationError as problem:
        raise JobRefused(problem.messages[0]) from problem


def places_of(row: Erasure) -> list[Place]:
    """Return the fixed places of an erasure."""
    return [Place(*place) for place in row.places or ()]


def carry_out(
    actor: Actor,
    places: Sequence[Place],
    contacts: Collection[UUID],
    search: PersonSearch,
    progress: Callable[[int, int | None], None] = lambda _done, _total: None,
    *,
    stays: Collection[Key] = (),
) -> None:
    """Remove the person from these places, then erase the contacts. It can be repeated.

    `stays`: keys of texts that a privacy officer read and left, because they may be about someone else.
    """
    done = 0
    for label, table_places in by_table(places).items():
        by_key: dict[str, list[Place]] = defaultdict(list)
        for place in table_places:
            by_key[place.key].append(place)
        writer, keys = writers()[label], sorted(by_key)
        for start in range(0, len(keys), _AT_ONCE):
            key_batch = keys[start : start + _AT_ONCE]
            fixed = set(writer.kept(key_batch))
            writer.write(actor, [key for key in key_batch if key not in fixed], _rewriter_of(by_key, search))
            done += sum(len(by_key[key]) for key in key_batch)
            progress(done, len(places))
    _erase_contacts(actor, contacts, search, places, stays)


@writes
def _erase_contacts(
    actor: Actor, ids: Collection[UUID], search: PersonSearch, places: Sequence[Place], stays: Collection[Key]
) -> None:
    rows = list(Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    forget(actor, Leaving(frozenset(ids), lambda text: any(search.hits(text))))
    _erase_from_desk_texts(search.exactly(), stays)
    place_keys = {(place.model, place.key, place.field) for place in places}
    _erase_from_hidden_texts(search, place_keys)
    if rows:
        with thawed():
            erase_contacts(actor, rows)
    _empty_hidden_texts_of_deleted_rows()
    erase_from_found_texts(search, place_keys, stays)


def desk_texts() -> dict[str, list[str]]:
    """Return the tables of the privacy desk, with the texts that privacy officers write."""
    return {
        label: [name for name in names if inventory.field_of(label, name).erasure == "blank"]
        for label, names in inventory.searched_tables().items()
        if label.startswith(_DESK)
    }


def desk_writers() -> list[Writer]:
    """Return writers of the desk's own texts, which are corrected and restricted like others."""
    return texts(*(apps.get_model(label) for label, names in desk_texts().items() if names))


def _erase_from_desk_texts(search: PersonSearch, stays: Collection[Key]) -> None:
    """Remove the person from desk texts that were written after the search, so without a verdict.

    Texts about the person are places of the erasure. A text with another verdict stays.
    """
    for label, names in desk_texts().items():
        model = apps.get_model(label)
        rows = model._base_manager.order_by("pk") if names else ()
        for row in rows and rows.only("pk", *names).select_for_update(of=("self",)):
            read_names = [name for name in names if (label, str(row.pk), name) not in stays]
            after = {
                name: with_texts(getattr(row, name), partial(_text_without_person, search))
                for name in read_names
            }
            changed = [name for name in read_names if after[name] != getattr(row, name)]
            for name in changed:
                field: Any = model._meta.get_field(name)
                if isinstance(after[name], str):
                    shortest = SHORTEST_REASON if name == "naming_reason" else 0
                    after[name] = fitting(after[name], field.max_length, person_mark()).ljust(shortest, "…")
                setattr(row, name, after[name])
            if changed:
                row.save(update_fields=changed)


def _erase_from_hidden_texts(search: PersonSearch, place_keys: Collection[Key]) -> None:
    """Remove the person from hidden texts at these places, because lifting the restriction shows them."""
    rows = HiddenText.objects.filter(object_id__in={key for _model, key, _field in place_keys}).exclude(
        text=""
    )
    for row in rows.order_by("pk").select_for_update(of=("self",)):
        if (row.model, row.object_id, row.field) in place_keys and (
            after := _text_without_person(search, row.text)
        ) != row.text:
            row.text = after
            row.save(update_fields=["text"])


def _empty_hidden_texts_of_deleted_rows() -> None:
    """Empty hidden texts whose rows were deleted with a contact."""
    for label in HiddenText.objects.exclude(text="").order_by().values_list("model", flat=True).distinct():
        hidden_texts = HiddenText.objects.filter(model=label).exclude(text="")
        keys = set(hidden_texts.values_list("object_id", flat=True))
        existing_ids = apps.get_model(label)._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        hidden_texts.filter(object_id__in=keys - set(map(str, existing_ids))).update(text="")


def _text_without_person(search: PersonSearch, text: str) -> str:
    """Return a text without the person."""
    return without(text, [(hit.start, hit.end) for hit in search.hits(text)], person_mark())


def _rewriter_of(
    by_key: Mapping[str, Sequence[Place]], search: PersonSearch
) -> Callable[[Any], Mapping[str, Any]]:
    def rewrite(row: Any) -> dict[str, Any]:
        new_values = {}
        for place in by_key[str(row.pk)]:
            before = getattr(row, place.field)
            after = _value_without_person(row, place, before, search)
            if after != before:
                new_values[place.field] = after
        return new_values

    return rewrite


def _value_without_person(row: Any, place: Place, value: Any, search: PersonSearch) -> Any:
    """Return the value without the person, at the fixed stretches and at present matches."""
    text = searched_text(place.model, place.field, value)
    is_as_it_was = bool(text) and place.digest in digests_of(text)
    hits = [(hit.start, hit.end) for hit in search.hits(text)]
    if not hits and not is_as_it_was:
        return value
    field: Any = row._meta.get_field(place.field)
    if leaves_whole(place.model, place.field):
        return ""
    if isinstance(value, str):
        stretches = [*hits, *((place.stretches or ()) if is_as_it_was else ())]
        return fitting(without(text, stretches, person_mark()), field.max_length, person_mark())
    changed = with_texts(
        value, lambda one: without(one, [hit[:2] for hit in search.hits(one)], person_mark())
    )
    return type(value)() if changed == value else changed


def person_mark() -> str:
    """Return the mark for an erased person, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[a person]")


JOB: Final = kinds.Kind(
    ERASE,
    erase_person,
    title=gettext_lazy("Erase a person’s data"),
    may=can_review_records,
    lane=kinds.Lane.PRIVACY,
)
