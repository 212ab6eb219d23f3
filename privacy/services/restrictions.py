"""Restrictions: a contact's data is kept, but no list, search, card, export, feed or figure of people has it.

Figures count organisations, meetings and promises, so they stay as they are.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Contact
from contacts.services.restricting import set_restricted
from lib.conflicts import constraints_in_words
from lib.days import city_today
from privacy.codes import NoticeKind
from privacy.models import DataRequest, Restriction
from privacy.policies import can_handle_requests
from privacy.services.notices import make_notices

OBJECT_TYPE: Final = "restriction"


@transaction.atomic
def restrict_contact(
    *,
    actor: Actor,
    contact_id: UUID,
    ground: str,
    until: date | None = None,
    request: DataRequest | None = None,
) -> Restriction:
    """Restrict a contact at once. `until` is the day on which a privacy officer decides again.

    Who received the data gets a notice. Raises PermissionDenied, Contact.DoesNotExist, ValidationError.
    """
    contact = _locked(actor, contact_id)
    if until is not None and until <= city_today():
        raise ValidationError({"until": _("Choose a later date.")})
    row = Restriction(contact_id=contact.pk, request=request, ground=ground, until=until, set_by_id=actor.id)
    row.clean_fields(exclude=["request", "set_by"])
    with constraints_in_words(Restriction):
        row.save(force_insert=True)
    set_restricted(actor, contact, restricted=True)
    record(actor, Action.CREATE, OBJECT_TYPE, [row.pk, contact.pk], field_names=["ground", "until"])
    make_notices(actor, NoticeKind.RESTRICTED, [contact.pk], request=request)
    return row


@transaction.atomic
def lift_restriction(*, actor: Actor, restriction_id: UUID) -> Restriction:
    """End a restriction. The contact is back in lists at once.

    Raises PermissionDenied, Restriction.DoesNotExist if none stands.
    """
    if not can_handle_requests(actor):
        raise PermissionDenied
    found: Any = Restriction.objects.visible_to(actor).standing()
    seen = found.get(pk=restriction_id)
    contact = (
        Contact.objects.visible_to(actor).select_for_update(no_key=True).filter(pk=seen.contact_id).first()
    )
    row: Restriction = found.select_for_update(of=("self",), no_key=True).get(pk=restriction_id)
    row.lifted_at, row.lifted_by_id = timezone.now(), actor.id
    row.save(update_fields=["lifted_at", "lifted_by"])
    if contact is not None:  # erased since
        set_restricted(actor, contact, restricted=False)
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk, row.contact_id], field_names=["lifted_at"])
    return row


def _locked(actor: Actor, contact_id: UUID) -> Contact:
    if not can_handle_requests(actor):
        raise PermissionDenied
    found: Contact = Contact.objects.visible_to(actor).select_for_update(no_key=True).get(pk=contact_id)
    return found
