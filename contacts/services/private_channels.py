"""Private details, shown only to a user who gives a reason. No list, file or API response contains them.

A contact's private phone and email are deleted when the contact opts out. An organisation can have a night
phone and a private address.
"""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Contact, Organisation, OrganisationPrivateChannel, PrivateChannel
from contacts.policies import can_reveal_private_channel
from contacts.queries.private_details import sees_private_details
from contacts.services.change_feed import districts_of_contacts, districts_of_organisations
from contacts.services.changes import Change, record_written
from contacts.services.contacts import locked_contacts, save_contacts
from contacts.services.organisations import (
    FOLLOWERS,
    locked_organisations,
    save_organisations,
)
from contacts.services.phones import check_phone
from lib.cleaning import assign
from lib.reasons import check_reason
from lib.row_context import writes


@writes
def set_private_channel(
    *, actor: Actor, contact_id: UUID, version: int | None = None, email: str = "", phone: object = ""
) -> Contact:
    """Replace a contact's private email and phone. If both are empty, delete them."""
    [contact] = locked_contacts(actor, {contact_id: version})
    if contact.withdrawn_on:
        raise ValidationError(
            _("This person has opted out, so no private details are kept."), code="withdrawn"
        )
    channel = PrivateChannel.objects.filter(contact=contact).first() or PrivateChannel(contact=contact)
    if not _save_or_delete(channel, {"email": email, "phone": phone}, "phone"):
        return contact
    change = Change(contact)
    change.names = ["private_channel"]
    save_contacts([change])
    record_written(actor, "contact", [change], districts_of_contacts)
    return contact


@transaction.atomic
def reveal_private_channel(*, actor: Actor, contact_id: UUID, reason: str) -> PrivateChannel:
    """Record the reason in the activity log, then return the private email and phone.

    See docs/domain.md, rule 6. Raises DoesNotExist if the actor cannot see the contact, or if the contact
    has no private details.
    """
    contact = Contact.objects.visible_to(actor).get(pk=contact_id)
    if not can_reveal_private_channel(actor):
        raise PermissionDenied
    channel = PrivateChannel.objects.get(contact=contact)
    district_ids = districts_of_contacts([contact])[contact.pk]
    organisation_ids = contact.affiliations.current().values_list("organisation", flat=True)
    _refuse_unless_open(actor, district_ids, list(organisation_ids))
    _record_reveal(actor, "contact", contact.pk, district_ids, reason)
    return channel


@writes
def set_organisation_private_channel(
    *,
    actor: Actor,
    organisation_id: UUID,
    version: int | None = None,
    night_phone: object = "",
    address: str = "",
) -> Organisation:
    """Replace an organisation's night phone and private address. If both are empty, delete them.

    Raises the same errors as `edit_organisation`.
    """
    [organisation] = locked_organisations(actor, {organisation_id: version})
    existing_channel = OrganisationPrivateChannel.objects.filter(organisation=organisation).first()
    channel = existing_channel or OrganisationPrivateChannel(organisation=organisation)
    old_address = channel.address
    if not _save_or_delete(channel, {"night_phone": night_phone, "address": address}, "night_phone"):
        return organisation
    change = Change(organisation)
    change.names = ["private_channel"]
    save_organisations([change])
    record_written(actor, "organisation", [change], districts_of_organisations)
    for follow in FOLLOWERS if organisation.has_protected_location else ():
        follow(actor, [change], [old_address, address])
    return organisation


@transaction.atomic
def reveal_organisation_private_channel(
    *, actor: Actor, organisation_id: UUID, reason: str
) -> OrganisationPrivateChannel:
    """Record the reason in the activity log, then return the night phone and private address.

    Raises DoesNotExist if the actor cannot see the organisation, or if it has no private details.
    """
    organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    if not can_reveal_private_channel(actor):
        raise PermissionDenied
    channel = OrganisationPrivateChannel.objects.get(organisation=organisation)
    district_ids = districts_of_organisations([organisation])[organisation.pk]
    _refuse_unless_open(actor, district_ids, [organisation.pk])
    _record_reveal(actor, "organisation", organisation.pk, district_ids, reason)
    return channel


def _save_or_delete(
    channel: PrivateChannel | OrganisationPrivateChannel, values: dict[str, object], phone_field: str
) -> bool:
    """Save the channel, or delete it if all values are empty. Return whether a value changed.

    `phone_field` names the value that must be a phone number.
    """
    if not assign(channel, values):
        return False
    if any(getattr(channel, name) for name in values):
        check_phone(getattr(channel, phone_field), phone_field)
        channel.full_clean()
        channel.save()
    else:
        channel.delete()
    return True


def _refuse_unless_open(
    actor: Actor, district_ids: Collection[UUID], organisation_ids: Collection[UUID]
) -> None:
    """Raise ValidationError if only a shift that the actor began opens the record, and no incident does."""
    if not sees_private_details(actor, district_ids, organisation_ids):
        raise ValidationError(
            _(
                "You opened this district yourself. Private details are shown only of organisations that an "
                "open incident touches."
            ),
            code="no_incident",
        )


def _record_reveal(
    actor: Actor, object_type: str, object_id: UUID, district_ids: Collection[UUID], reason: str
) -> None:
    """Record that private details are revealed. Raises ValidationError at `reason`."""
    try:
        reason = check_reason(reason)
    except ValidationError as error:
        raise ValidationError({"reason": error}) from error
    record(
        actor,
        Action.REVEAL,
        object_type,
        [object_id],
        district_ids=district_ids,
        field_names=["private_channel"],
        purpose=reason,
    )
