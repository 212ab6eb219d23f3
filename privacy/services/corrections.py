"""Corrections at a person's request: fields of their contact, and texts about them."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Contact
from contacts.services.rectifications import rectify_contact
from lib.erasable import writers
from privacy import inventory
from privacy.codes import LedgerKind, NoticeKind, RequestKind
from privacy.models import DataRequest, Finding, HiddenText, LedgerEntry, Notice
from privacy.queries.contacts import contacts_of
from privacy.services.notices import make_notices
from privacy.services.requests import OBJECT_TYPE, locked_request

_CONTACT: Final = "contacts.Contact"
#: Tables whose texts are corrected. A contact has a page of its own.
TEXTS: Final = frozenset(
    {
        "contacts.Affiliation",
        "contacts.Organisation",
        "incidents.Incident",
        "meetings.Concern",
        "meetings.FollowUp",
        "meetings.Meeting",
    }
)


@transaction.atomic
def correct_contact(
    *, actor: Actor, request_id: UUID, contact_id: UUID, version: int, fields: Mapping[str, Any]
) -> list[Notice]:
    """Correct the contact of a request and return the notices to those who received the old data.

    Raises as `locked_request`, Contact.DoesNotExist, StaleVersion, ValidationError by field.
    """
    row = _to_correct(actor, request_id)
    if contact_id not in contacts_of(row):
        raise Contact.DoesNotExist
    changed = rectify_contact(actor, contact_id, version, fields)
    if not changed:
        raise ValidationError(_("Change at least one field."))
    _remember(_CONTACT, contact_id, changed)
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk, contact_id], field_names=["corrected", *changed])
    return make_notices(actor, NoticeKind.CORRECTED, [contact_id], field_names=changed, request=row)


@transaction.atomic
def correct_text(*, actor: Actor, request_id: UUID, finding_id: UUID, was: str, text: str) -> list[Notice]:
    """Replace a text about the person, and return the notices to those who received the old text.

    `was` is the text as the privacy officer read it. Raises as `locked_request`, Finding.DoesNotExist,
    ValidationError by field.
    """
    row = _to_correct(actor, request_id)
    finding = Finding.objects.visible_to(actor).of_request(row).about_person().get(pk=finding_id)
    if not is_correctable(finding):
        raise ValidationError(_("It is signed, published or in force, so it never changes."))
    label, name = finding.model, finding.field
    if HiddenText.objects.at(label, finding.object_id, name).exists():
        raise ValidationError(_("This text is restricted. Lift the restriction before you correct it."))
    field: Any = apps.get_model(label)._meta.get_field(name)
    value = text.strip()
    if value == was.strip():
        raise ValidationError({"text": _("Change the text.")})
    changed_ids: list[UUID] = []

    def rewrite(record: Any) -> dict[str, Any]:
        if getattr(record, name).replace("\r\n", "\n") != was.replace("\r\n", "\n"):
            raise ValidationError(_("The text was changed in the meantime. Load the page again."))
        try:
            cleaned = field.clean(value, record)
        except ValidationError as error:
            raise ValidationError({"text": error.messages}) from error
        changed_ids.append(record.pk)
        return {name: cleaned}

    writers()[label].write(actor, [finding.object_id], rewrite)
    if not changed_ids:
        raise ValidationError(_("The text was changed in the meantime. Load the page again."))
    _remember(label, changed_ids[0], [name])
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk, *changed_ids], field_names=["corrected", name])
    return make_notices(actor, NoticeKind.CORRECTED, changed_ids, field_names=[name], request=row)


def _remember(label: str, key: Any, names: Collection[str]) -> None:
    """Write a correction into the ledger, so that a restored backup is corrected again."""
    values = apps.get_model(label)._base_manager.filter(pk=key).values(*names).get()
    entry = LedgerEntry(kind=LedgerKind.CORRECTION)
    as_text = {
        name: str(value) if isinstance(value, PhoneNumber) else value for name, value in values.items()
    }
    entry.seal_content({"model": label, "key": str(key), "values": as_text})
    entry.save()


def is_correctable(finding: Finding) -> bool:
    """Whether the finding is in a plain text that can change."""
    if finding.model not in TEXTS:
        return False
    writer = writers()[finding.model]
    field = apps.get_model(finding.model)._meta.get_field(finding.field)
    entry = inventory.field_of(finding.model, finding.field)
    is_text = isinstance(field, models.CharField | models.TextField)
    return is_text and entry.erasure != "keep" and finding.object_id not in writer.kept([finding.object_id])


def _to_correct(actor: Actor, request_id: UUID) -> DataRequest:
    row = locked_request(actor, request_id, None)
    if row.kind != RequestKind.RECTIFY:
        raise ValidationError(_("Only a request for correction leads to a correction."))
    if not row.is_identified:
        raise ValidationError(_("Confirm the identity before you correct data."))
    return row
