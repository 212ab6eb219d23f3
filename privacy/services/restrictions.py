"""Restrictions: a contact's data is stored, but in no list, search, card, export or feed.

Figures count organisations, meetings and follow-ups, so they do not change.
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
from contacts.services.restrictions import set_restricted
from lib.conflicts import constraints_in_words
from lib.days import city_today
from privacy.codes import NoticeKind
from privacy.models import DataRequest, Finding, Restriction
from privacy.policies import can_handle_requests
from privacy.services.hiding import hide_texts, show_texts
from privacy.services.notices import make_notices
from privacy.services.requests import locked_request

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

    Recipients of the data get a notice, and stored files are deleted. Raises PermissionDenied,
    Contact.DoesNotExist, ValidationError.
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
    findings = Finding.objects.of_request(request).about_person() if request else ()
    hidden = hide_texts(actor, row, findings)
    make_notices(actor, NoticeKind.RESTRICTED, [contact.pk, *hidden], request=request)
    return row


@transaction.atomic
def restrict_findings(
    *, actor: Actor, request_id: UUID, ground: str, until: date | None = None
) -> Restriction:
    """Restrict the texts that a request found about a person without a contact record.

    Recipients of the records get a notice, and stored files are deleted. Raises PermissionDenied,
    DataRequest.DoesNotExist, ValidationError.
    """
    request = locked_request(actor, request_id, None)
    if until is not None and until <= city_today():
        raise ValidationError({"until": _("Choose a later date.")})
    if Restriction.objects.standing().filter(request=request).exists():
        raise ValidationError(_("The texts of this request are already restricted."))
    findings = Finding.objects.of_request(request).about_person()
    if not findings.exists():
        raise ValidationError(_("No finding is about this person, so there is nothing to restrict."))
    row = Restriction(request=request, ground=ground, until=until, set_by_id=actor.id)
    row.clean_fields(exclude=["request", "set_by"])
    with constraints_in_words(Restriction):
        row.save(force_insert=True)
    hidden = hide_texts(actor, row, findings)
    record(actor, Action.CREATE, OBJECT_TYPE, [row.pk, request.pk], field_names=["ground", "until"])
    make_notices(actor, NoticeKind.RESTRICTED, hidden, request=request)
    return row


@transaction.atomic
def lift_restriction(*, actor: Actor, restriction_id: UUID) -> Restriction:
    """End a restriction. The contact is back in lists at once.

    Raises PermissionDenied, Restriction.DoesNotExist if none stands.
    """
    if not can_handle_requests(actor):
        raise PermissionDenied
    restrictions: Any = Restriction.objects.visible_to(actor).standing()
    restriction = restrictions.get(pk=restriction_id)
    contacts = Contact.objects.visible_to(actor).select_for_update(no_key=True)
    contact = contacts.filter(pk=restriction.contact_id).first() if restriction.contact_id else None
    row: Restriction = restrictions.select_for_update(of=("self",), no_key=True).get(pk=restriction_id)
    row.lifted_at, row.lifted_by_id = timezone.now(), actor.id
    row.save(update_fields=["lifted_at", "lifted_by"])
    if contact is not None:  # erased since
        set_restricted(actor, contact, restricted=False)
    show_texts(actor, row)
    object_ids = [row.pk, *([row.contact_id] if row.contact_id else [])]
    record(actor, Action.UPDATE, OBJECT_TYPE, object_ids, field_names=["lifted_at"])
    return row


def _locked(actor: Actor, contact_id: UUID) -> Contact:
    if not can_handle_requests(actor):
        raise PermissionDenied
    contact: Contact = Contact.objects.visible_to(actor).select_for_update(no_key=True).get(pk=contact_id)
    return contact
