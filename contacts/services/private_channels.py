"""A person's own phone and address: hidden, revealed with a reason, gone when the person withdraws."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Contact, PrivateChannel
from contacts.policies import can_reveal_private_channel
from contacts.services.changing import Change, record_written
from contacts.services.contacts import districts_of_contacts, locked_contacts, save_contacts
from contacts.services.phones import check_phone
from lib.cleaning import assign
from lib.reasons import check_reason


@transaction.atomic
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
    changed = assign(channel, {"email": email, "phone": phone})
    if not changed:
        return contact
    if channel.email or channel.phone:
        check_phone(channel.phone)
        channel.full_clean()
        channel.save()
    else:
        channel.delete()
    change = Change(contact)
    change.names = ["private_channel"]
    save_contacts([change])
    record_written(actor, "contact", [change], districts_of_contacts)
    return contact


@transaction.atomic
def reveal_private_channel(*, actor: Actor, contact_id: UUID, reason: str) -> PrivateChannel:
    """The private e-mail and phone, once the reason is in the trail (domain.md, rule 6).

    Raises DoesNotExist when the actor does not see the person or there is nothing private.
    """
    contact = Contact.objects.visible_to(actor).get(pk=contact_id)
    if not can_reveal_private_channel(actor):
        raise PermissionDenied
    channel = PrivateChannel.objects.get(contact=contact)
    try:
        reason = check_reason(reason)
    except ValidationError as error:
        raise ValidationError({"reason": error}) from error
    record(
        actor,
        Action.REVEAL,
        "contact",
        [contact.pk],
        district_ids=districts_of_contacts([contact])[contact.pk],
        field_names=["private_channel"],
        purpose=reason,
    )
    return channel
