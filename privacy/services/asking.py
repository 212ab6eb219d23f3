"""Pass on requests for a contact or an organisation to the privacy officers."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from contacts.policies import can_edit_contact
from lib.days import city_today
from privacy.codes import Regime, RequestChannel, RequestKind
from privacy.models import DataRequest
from privacy.policies import can_pass_on_copy
from privacy.services.requests import new_request

PASSED_ON: Final = (RequestKind.ACCESS, RequestKind.ERASE)


@transaction.atomic
def pass_on_request(
    *,
    actor: Actor,
    contact_id: UUID,
    kind: str,
    channel: RequestChannel = RequestChannel.IN_PERSON,
    if_new: bool = False,
) -> DataRequest:
    """Record that a contact wants a copy of their data or its erasure, with what their record says.

    Raises Contact.DoesNotExist if the actor does not see the contact, PermissionDenied, and ValidationError
    if the same request is pending. With `if_new`, the pending request is returned instead.
    """
    contacts = Contact.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    contact = contacts.get(pk=contact_id)
    if not can_edit_contact(actor, contact):
        raise PermissionDenied
    if kind not in PASSED_ON:
        raise ValidationError(_("Choose from the list."))
    same_request = DataRequest.objects.pending().filter(contact_id=contact.pk, kind=kind).first()
    if same_request is not None and if_new:
        return same_request
    if same_request is not None:
        raise ValidationError(_("A privacy officer already has this request."))
    details = list(contact.other_details.all())
    terms = {
        "names": [str(contact), *(contact.former_names or ())],
        "phones": _channels("phone", contact, details),
        "emails": _channels("email", contact, details),
    }
    fields = {"kind": kind, "channel": channel, "received_on": city_today()}
    return new_request(actor, terms, settings.REGIMES, fields, contact_id=contact.pk)


@transaction.atomic
def pass_on_copy(*, actor: Actor, organisation_id: UUID) -> DataRequest:
    """Record that an organisation wants a copy of its own record.

    Raises Organisation.DoesNotExist if the actor does not see it, PermissionDenied, and ValidationError if a
    request is pending.
    """
    organisations = Organisation.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    organisation = organisations.get(pk=organisation_id)
    if not can_pass_on_copy(actor):
        raise PermissionDenied
    if DataRequest.objects.pending().filter(organisation_id=organisation.pk).exists():
        raise ValidationError(_("A privacy officer already has this request."))
    fields = {
        "kind": RequestKind.ORGANISATION_COPY,
        "channel": RequestChannel.IN_PERSON,
        "received_on": city_today(),
    }
    terms = {"names": [organisation.name]}
    return new_request(actor, terms, [Regime.GDPR], fields, organisation_id=organisation.pk)


def _channels(name: str, contact: Contact, details: list[Any]) -> list[str]:
    channel = getattr(contact, name)
    channel_text = channel.as_e164 if name == "phone" and channel else str(channel or "")
    return [text for text in (channel_text, *(row.value for row in details if row.channel == name)) if text]
