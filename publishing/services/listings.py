"""Public listings of organisations, with their agreement. They can withdraw at any time."""

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
from publishing.services.organisation_fields import refresh_organisation_fields
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
    """Record an organisation's agreement to be listed. A new agreement replaces the earlier one.

    If `is_home`, the address is someone's home and not listed. Raises DoesNotExist, PermissionDenied, and
    ValidationError by field or for an organisation with a protected location.
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
    _record_change(actor, listing, Op.CREATED if is_new else Op.UPDATED, list(fields))
    refresh_organisation_fields(organisation.pk)
    return listing


@transaction.atomic
def withdraw_listing(*, actor: Actor, organisation_id: UUID) -> PublicListing:
    """Take an organisation off the public page with the next publication, which starts at once.

    Every officer of the district can do this, because a withdrawal must not wait for a supervisor. Raises
    DoesNotExist, PermissionDenied.
    """
    organisation: Organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    if not (actor.writes and actor.covers(organisation.home_district_id)):
        raise PermissionDenied
    rows = PublicListing.objects.in_force().select_for_update(of=("self",))
    listing: PublicListing = rows.get(organisation=organisation)
    _withdraw(actor, listing)
    refresh_organisation_fields(organisation.pk)
    return listing


def _withdraw(actor: Actor, listing: PublicListing) -> None:
    listing.withdrawn_on, listing.is_in_force = city_today(), False
    listing.revision += 1
    listing.updated_at = timezone.now()
    listing.save()
    _record_change(actor, listing, Op.ARCHIVED, ["withdrawn_on"])


def _public_id(organisation: Organisation) -> Mapping[str, Any]:
    """Return the public ID of an earlier listing, so that copies recognise the organisation."""
    earlier = PublicListing.objects.filter(organisation=organisation).order_by("agreed_on").last()
    return {"public_id": earlier.public_id} if earlier else {}


def _set_fields(listing: PublicListing, *, is_home: bool) -> None:
    if listing.agreed_on is None:
        raise ValidationError({"agreed_on": _("Enter the day on which they agreed.")})
    if is_home:
        listing.fields = [name for name in listing.fields or [] if name != ListedField.ADDRESS]
    wanted_names = {*(listing.fields or []), ListedField.NAME}
    known_names = [name for name in ListedField.values if name in wanted_names]
    listing.fields = [*known_names, *sorted(wanted_names.difference(known_names))]
    if ListedField.FOCUS in listing.fields and not listing.focus_words:
        raise ValidationError({"focus_words": _("Enter the communities in the words of the organisation.")})


def _record_change(actor: Actor, listing: PublicListing, op: Op, names: list[str]) -> None:
    refresh_reminders(OBJECT, listing.pk)
    action = {Op.CREATED: Action.CREATE, Op.UPDATED: Action.UPDATE, Op.ARCHIVED: Action.ARCHIVE}[op]
    lock_references(PublicListing, [listing.pk])
    district_ids = _districts_of_listings([listing])[listing.pk]
    changed = Changed(OBJECT, listing.pk, op, listing.revision, district_ids, field_names=names)
    record_changes(actor, action, [changed])


def _districts_of_listings(listings: Collection[PublicListing]) -> dict[UUID, set[UUID]]:
    """Return the districts where each listing is visible, which are those of its organisation."""
    organisation_ids = {listing.pk: listing.organisation_id for listing in listings}
    districts_by_organisation = districts_of_organisations(
        Organisation.objects.filter(pk__in=set(organisation_ids.values()))
    )
    return {
        pk: districts_by_organisation.get(organisation_id, set())
        for pk, organisation_id in organisation_ids.items()
    }


_SHOWN: Final = frozenset(ListedField.values)  # the same names as fields of Organisation
_PROTECTING: Final = frozenset({"name", "short_name", "address", "kind", "location_protected"})


@opened(Opened.PUBLISHER)
def follow_organisations(actor: Actor, changes: Sequence[Change], addresses: Collection[str]) -> None:
    """Record changes of listings that follow from changes of organisations.

    A listing shows details of its organisation. It is hidden while its texts name a protected location.
    """
    rows = PublicListing.objects.in_force()
    listed_ids = [
        change.row.pk for change in changes if change.row.is_listed_publicly and _SHOWN & set(change.names)
    ]
    ids = set(rows.filter(organisation__in=listed_ids).values_list("pk", flat=True)) if listed_ids else set()
    protected_names = [
        word
        for change in changes
        if _PROTECTING & set(change.names)
        for word in _names_before_and_after(change)
    ]
    words = protected_in([*protected_names, *addresses])
    if words.words:
        texts = rows.values_list("pk", "summary", "focus_words")
        ids |= {pk for pk, *listing_texts in texts if words.names(*listing_texts)}
    if not ids:
        return
    changed_listings = list(rows.filter(pk__in=ids))
    districts_by_listing = _districts_of_listings(changed_listings)
    changed_rows = [
        Changed(OBJECT, listing.pk, Op.UPDATED, listing.revision, districts_by_listing[listing.pk])
        for listing in changed_listings
    ]
    if changed_rows:
        record_changes(actor, Action.UPDATE, changed_rows)


_OF_EVERY_LISTING: Final = frozenset({"name", "kind", "location_protected"})


def end_agreements(
    actor: Actor,
    kept_organisation: Organisation,
    merged_organisations: Sequence[Organisation],
    names: Collection[str],
    memories: Sequence[Memory],
) -> Mapping[str, Any]:
    """End listings of organisations that are merged into another, because each agreed only for itself.

    The kept organisation stays listed only if its listing shows no detail from another organisation.
    """
    for row, memory in zip(merged_organisations, memories, strict=True):
        _withdraw_listing_of(actor, row, memory)
        ask_word_again(actor, row, memory)
    changed = {*names}
    _withdraw_listing_of(actor, kept_organisation, memories[0], changed)
    ask_word_again(actor, kept_organisation, memories[0], changed)
    return {
        "is_listed_publicly": PublicListing.objects.in_force().filter(organisation=kept_organisation).exists()
    }


def _withdraw_listing_of(
    actor: Actor, organisation: Organisation, memory: Memory, changed: set[str] | None = None
) -> None:
    """Withdraw an organisation's listing if it shows one of the `changed` details, or always if None."""
    rows = PublicListing.objects.in_force().filter(organisation=organisation)
    for listing in rows.select_for_update(of=("self",)):
        if changed is None or changed & {*listing.fields, *_OF_EVERY_LISTING}:
            memory.changed_objects[PublicListing._meta.label].add(listing.pk)
            memory.remember([listing], counter="revision")
            _withdraw(actor, listing)


def _names_before_and_after(change: Change) -> Iterator[str]:
    """Yield the current and earlier names and address of an organisation with a protected location."""
    row, columns_before = change.row, change.columns
    kind, marked = (
        columns_before.get("kind", row.kind),
        columns_before.get("location_protected", row.location_protected),
    )
    if row.has_protected_location or marked or kind in HIDDEN_AWAY:
        for name in ("name", "short_name", "address"):
            yield from (getattr(row, name), columns_before.get(name, ""))


@transaction.atomic
def rewrite_listings(actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    """Rewrite texts of listings, because a person is erased. Each listing gets a new revision."""
    erasable.write_texts(PublicListing, actor, keys, rewrite)
    for listing in PublicListing.objects.filter(pk__in=keys).order_by("pk").select_for_update():
        listing.revision += 1
        listing.updated_at = timezone.now()
        listing.save(update_fields=["revision", "updated_at"])
        _record_change(actor, listing, Op.UPDATED, ["summary"])


LISTINGS: Final = Kind(
    OBJECT,
    PublicListing,
    _districts_of_listings,
    counter="revision",
    only=(("is_in_force", True),),
    links=(Link(OBJECT, "organisation", "organisation", is_through=True),),
)
