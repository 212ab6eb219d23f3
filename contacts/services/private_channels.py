"""Private channels: hidden, revealed with a reason, in no list, no file and not in the API.

A person's own phone and address are gone when the person withdraws. An organisation can have a number for the
night and a hidden address.
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
    """Keep this private e-mail and phone instead of what there was; both empty: keep none."""
    [contact] = locked_contacts(actor, {contact_id: version})
    if contact.withdrawn_on:
        raise ValidationError(
            _("This person has opted out, so no private details are kept."), code="withdrawn"
        )
    channel = PrivateChannel.objects.filter(contact=contact).first() or PrivateChannel(contact=contact)
    if not _store(channel, {"email": email, "phone": phone}, "phone"):
        return contact
    change = Change(contact)
    change.names = ["private_channel"]
    save_contacts([change])
    record_written(actor, "contact", [change], districts_of_contacts)
    return contact


@transaction.atomic
def reveal_private_channel(*, actor: Actor, contact_id: UUID, reason: str) -> PrivateChannel:
    """The private e-mail and phone, once the reason is in the trail (docs/domain.md, rule 6).

    Raises DoesNotExist when the actor does not see the person or there is nothing private.
    """
    contact = Contact.objects.visible_to(actor).get(pk=contact_id)
    if not can_reveal_private_channel(actor):
        raise PermissionDenied
    channel = PrivateChannel.objects.get(contact=contact)
    _record_reveal(actor, "contact", contact.pk, districts_of_contacts([contact])[contact.pk], reason)
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
    """Keep this night phone and private address instead of what there was; both empty: keep none.

    Raises as `edit_organisation`.
    """
    [organisation] = locked_organisations(actor, {organisation_id: version})
    known = OrganisationPrivateChannel.objects.filter(organisation=organisation).first()
    channel = known or OrganisationPrivateChannel(organisation=organisation)
    before = channel.address
    if not _store(channel, {"night_phone": night_phone, "address": address}, "night_phone"):
        return organisation
    change = Change(organisation)
    change.names = ["private_channel"]
    save_organisations([change])
    record_written(actor, "organisation", [change], districts_of_organisations)
    for follow in FOLLOWERS if organisation.has_protected_location else ():
        follow(actor, [change], [before, address])
    return organisation


@transaction.atomic
def reveal_organisation_private_channel(
    *, actor: Actor, organisation_id: UUID, reason: str
) -> OrganisationPrivateChannel:
    """The night phone and private address, once the reason is in the activity log.

    Raises DoesNotExist when the actor does not see the organisation or there is nothing private.
    """
    organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    if not can_reveal_private_channel(actor):
        raise PermissionDenied
    channel = OrganisationPrivateChannel.objects.get(organisation=organisation)
    where = districts_of_organisations([organisation])[organisation.pk]
    _record_reveal(actor, "organisation", organisation.pk, where, reason)
    return channel


def _store(
    channel: PrivateChannel | OrganisationPrivateChannel, values: dict[str, object], phone: str
) -> bool:
    """Save the channel with these values, or delete it without any. Whether something changed."""
    if not assign(channel, values):
        return False
    if any(getattr(channel, name) for name in values):
        check_phone(getattr(channel, phone), phone)
        channel.full_clean()
        channel.save()
    else:
        channel.delete()
    return True


def _record_reveal(
    actor: Actor, object_type: str, object_id: UUID, district_ids: Collection[UUID], reason: str
) -> None:
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
