"""Correct a contact at the person's request. A privacy officer decides, also for a restricted contact."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Contact, Merge
from contacts.services.change_feed import districts_of_contacts
from contacts.services.changes import Change, note_districts, record_written
from contacts.services.contacts import save_contacts
from contacts.services.phones import check_phone
from lib.conflicts import check_version
from lib.row_context import writes

#: Fields that a person can have corrected on their record. Texts are corrected on their own pages.
CORRECTED: Final = ("given_name", "family_name", "phone", "email", "languages", "preferred_channel")


@writes
def rectify_contact(actor: Actor, contact_id: UUID, version: int, fields: Mapping[str, Any]) -> list[str]:
    """Set these fields of a contact and return the names of those that changed.

    The caller has decided who may do this. Raises Contact.DoesNotExist, StaleVersion, ValidationError by
    field.
    """
    contact = Contact.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=contact_id)
    check_version(contact.version, version)
    change = Change(contact, {name: value for name, value in fields.items() if name in CORRECTED})
    note_districts([change], districts_of_contacts)
    change.assign()
    if change.is_changed:
        if "phone" not in change.unchanged:
            check_phone(contact.phone)
        contact.clean_fields(exclude=change.unchanged)
        save_contacts([change])
        Merge.objects.all().forget([contact_id])  # an undo would bring back what was wrong
        record_written(actor, "contact", [change], districts_of_contacts)
    return change.names
