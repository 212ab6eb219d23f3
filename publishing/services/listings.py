"""Public listings: an organisation agrees, and can withdraw at any time."""

from collections.abc import Mapping
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
from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from contacts.services.checking import refuse_protected
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_today
from publishing.kinds import ListedField
from publishing.models import PublicListing
from publishing.policies import can_edit_page
from publishing.services.registrations import refuse_without_word
from publishing.services.summaries import summarise
from reminders.services import refresh_reminders

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
    listing.withdrawn_on, listing.is_in_force = city_today(), False
    listing.revision += 1
    listing.updated_at = timezone.now()
    listing.save()
    _record(actor, listing, Op.ARCHIVED, ["withdrawn_on"])
    summarise(organisation.pk)
    return listing


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
    where = [listing.organisation.home_district_id]
    changed = Changed(OBJECT, listing.pk, op, listing.revision, where, field_names=names)
    record_changes(actor, action, [changed])
