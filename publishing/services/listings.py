"""Public listings: an organisation agrees, and can withdraw at any time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.codes import HIDDEN_AWAY, OrganisationStatus
from contacts.merging.relations import Memory
from contacts.models import Organisation
from contacts.services.change_feed import Kind, Link, districts_of_organisations, lock_references
from contacts.services.changes import Change
from contacts.services.public_texts import protected_in, refuse_named, refuse_protected
from lib import erasable
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_today
from lib.erasable import Keys, Rewrite
from lib.row_context import Opened, opened
from publishing.codes import ListedField
from publishing.models import PublicListing
from publishing.policies import can_edit_page
from publishing.services.organisation_fields import summarise
from publishing.services.registrations import ask_word_again, refuse_without_word
from reminders.services.reminders import refresh_reminders

OBJECT: Final = "listing"
REVIEW: Final = timedelta(days=365)


@transaction.atomic
def list_organisation(
    *,
    actor: Actor,
    organisation_id: UUID,
    is_home: bool = False,
    version: int | None = None,
    **fields: Any,
) -> PublicListing:
    """Record what an organisation agreed to, or change it: a new agreement replaces the one before.

    `is_home` says that the address is someone's home: then it is not listed. Raises DoesNotExist,
    PermissionDenied, and ValidationError by field and for whoever must not be found.
    """
    rows = Organisation.objects.visible_to(actor).select_for_update(of=("self",))
    organisation: Organisation = rows.get(pk=organisation_id)
    if not can_edit_page(actor, organisation.home_district_id):
        raise PermissionDenied
    if organisation.has_protected_location:
        raise ValidationError(
            _("The location of this organisation is protected, so it cannot be listed."), code="protected"
        )
    refuse_without_word(organisation)
    if organisation.status == OrganisationStatus.CLOSED:
        raise ValidationError(_("A closed organisation cannot be listed."), code="closed")
    listing = PublicListing.objects.in_force().filter(organisation=organisation).first()
    is_new = listing is None
    listing = listing or PublicListing(organisation=organisation, **_public_id(organisation))
    check_version(listing.revision, version)
    assign(listing, fields)
    _set_fields(listing, is_home=is_home)
    listing.review_on = listing.review_on or listing.agreed_on + REVIEW
    refuse_future(listing, ["agreed_on"])
    listing.full_clean(exclude=["organisation"], validate_constraints=False)
    refuse_protected([listing.summary, listing.focus_words])
    refuse_named(
        {"summary": listing.summary, "focus_words": listing.focus_words},
        agreed_organisation_ids=[organisation.pk],
    )
    listing.revision += 0 if is_new else 1
    listing.updated_at = timezone.now()
    with constraints_in_words(PublicListing):
        listing.save()
    _record(actor, listing, Op.CREATED if is_new else Op.UPDATED, list(fields))
    summarise(organisation.pk)
    return listing


@transaction.atomic
def withdraw_listing(*, actor: Actor, organisation_id: UUID) -> PublicListing:
    """Take an organisation off the public page with the next publication, which starts at once.

    Whoever works there withdraws, because a withdrawal does not wait for a supervisor. Raises DoesNotExist,
    PermissionDenied.
    """
    organisation: Organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    if not (actor.writes and actor.covers(organisation.home_district_id)):
        raise PermissionDenied
    rows = PublicListing.objects.in_force().select_for_update(of=("self",))
    listing: PublicListing = rows.get(organisation=organisation)
    _end(actor, listing)
    summarise(organisation.pk)
    return listing


def _end(actor: Actor, listing: PublicListing) -> None:
    listing.withdrawn_on, listing.is_in_force = city_today(), False
    listing.revision += 1
    listing.updated_at = timezone.now()
    listing.save()
    _record(actor, listing, Op.ARCHIVED, ["withdrawn_on"])


def _public_id(organisation: Organisation) -> Mapping[str, Any]:
    """The ID that an earlier listing had, so that whoever took a copy knows the organisation again."""
    earlier = PublicListing.objects.filter(organisation=organisation).order_by("agreed_on").last()
    return {"public_id": earlier.public_id} if earlier else {}


def _set_fields(listing: PublicListing, *, is_home: bool) -> None:
    if listing.agreed_on is None:
        raise ValidationError({"agreed_on": _("Enter the day on which they agreed.")})
    if is_home:
        listing.fields = [name for name in listing.fields or [] if name != ListedField.ADDRESS]
    wanted = {*(listing.fields or []), ListedField.NAME}
    known = [name for name in ListedField.values if name in wanted]
    listing.fields = [*known, *sorted(wanted.difference(known))]
    if ListedField.FOCUS in listing.fields and not listing.focus_words:
        raise ValidationError({"focus_words": _("Enter the communities in the words of the organisation.")})


def _record(actor: Actor, listing: PublicListing, op: Op, names: list[str]) -> None:
    refresh_reminders(OBJECT, listing.pk)
    action = {Op.CREATED: Action.CREATE, Op.UPDATED: Action.UPDATE, Op.ARCHIVED: Action.ARCHIVE}[op]
    lock_references(PublicListing, [listing.pk])
    where = _seen_in([listing])[listing.pk]
    changed = Changed(OBJECT, listing.pk, op, listing.revision, where, field_names=names)
    record_changes(actor, action, [changed])


def _seen_in(listings: Collection[PublicListing]) -> dict[UUID, set[UUID]]:
    """Where each is seen: where its organisation is."""
    of = {listing.pk: listing.organisation_id for listing in listings}
    where = districts_of_organisations(Organisation.objects.filter(pk__in=set(of.values())))
    return {pk: where.get(organisation_id, set()) for pk, organisation_id in of.items()}


_SHOWN: Final = frozenset(ListedField.values)  # called like the fields of an organisation
_PROTECTING: Final = frozenset({"name", "short_name", "address", "kind", "location_protected"})


@opened(Opened.PUBLISHER)
def follow_organisations(actor: Actor, changes: Sequence[Change], addresses: Collection[str]) -> None:
    """Record listings that show something else because organisations changed.

    A listing shows its organisation's details. It is not shown while its texts name a protected location.
    """
    rows = PublicListing.objects.in_force()
    listed = [one.row.pk for one in changes if one.row.is_listed_publicly and _SHOWN & set(one.names)]
    ids = set(rows.filter(organisation__in=listed).values_list("pk", flat=True)) if listed else set()
    named = [word for one in changes if _PROTECTING & set(one.names) for word in _words(one)]
    words = protected_in([*named, *addresses])
    if words.words:
        texts = rows.values_list("pk", "summary", "focus_words")
        ids |= {pk for pk, *said in texts if words.names(*said)}
    if not ids:
        return
    found = list(rows.filter(pk__in=ids))
    where = _seen_in(found)
    told = [Changed(OBJECT, one.pk, Op.UPDATED, one.revision, where[one.pk]) for one in found]
    if told:
        record_changes(actor, Action.UPDATE, told)


_OF_EVERY_LISTING: Final = frozenset({"name", "kind", "location_protected"})


def end_agreements(
    actor: Actor,
    kept: Organisation,
    gone: Sequence[Organisation],
    names: Collection[str],
    memories: Sequence[Memory],
) -> Mapping[str, Any]:
    """End what organisations agreed to that are merged into another: they agreed for themselves only.

    The kept one stays listed only while its listing shows no detail that comes from another.
    """
    for row, memory in zip(gone, memories, strict=True):
        _end_listing(actor, row, memory)
        ask_word_again(actor, row, memory)
    changed = {*names}
    _end_listing(actor, kept, memories[0], changed)
    ask_word_again(actor, kept, memories[0], changed)
    return {"is_listed_publicly": PublicListing.objects.in_force().filter(organisation=kept).exists()}


def _end_listing(
    actor: Actor, organisation: Organisation, memory: Memory, changed: set[str] | None = None
) -> None:
    """`changed`: only if it shows one of these details; None: in any case."""
    rows = PublicListing.objects.in_force().filter(organisation=organisation)
    for listing in rows.select_for_update(of=("self",)):
        if changed is None or changed & {*listing.fields, *_OF_EVERY_LISTING}:
            memory.changed_objects[PublicListing._meta.label].add(listing.pk)
            memory.remember([listing], counter="revision")
            _end(actor, listing)


def _words(change: Change) -> Iterator[str]:
    """Names and address of an organisation whose location is or was protected, as they are and were."""
    row, was = change.row, change.columns
    kind, marked = was.get("kind", row.kind), was.get("location_protected", row.location_protected)
    if row.has_protected_location or marked or kind in HIDDEN_AWAY:
        for name in ("name", "short_name", "address"):
            yield from (getattr(row, name), was.get(name, ""))


@transaction.atomic
def rewrite_listings(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    """Rewrite texts of listings, because a person is erased, in the next revision of each."""
    erasable.write_texts(PublicListing, actor, keys, rewrite)
    for listing in PublicListing.objects.filter(pk__in=keys).order_by("pk").select_for_update():
        listing.revision += 1
        listing.updated_at = timezone.now()
        listing.save(update_fields=["revision", "updated_at"])
        _record(actor, listing, Op.UPDATED, ["summary"])


LISTINGS: Final = Kind(
    OBJECT,
    PublicListing,
    _seen_in,
    counter="revision",
    only=(("is_in_force", True),),
    links=(Link(OBJECT, "organisation", "organisation", is_through=True),),
)
