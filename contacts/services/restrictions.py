"""The mark of a contact whose processing a privacy officer restricts. Reasons and days are in privacy/."""

from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Contact
from contacts.services.change_feed import districts_of_contacts, tell_of_moves
from contacts.services.changes import lock
from lib.row_context import writes


@writes
def set_restricted(actor: Actor, contact: Contact, *, restricted: bool) -> None:
    """Set the mark of a contact. The change feed says that it left, or came back, and what names it."""
    lock(Contact.objects.all(), [contact.pk])  # whoever refers to it meanwhile waits
    contact.is_restricted = restricted
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["is_restricted", "version", "updated_at"])
    districts = districts_of_contacts([contact])[contact.pk]
    op = Op.RESTRICTED if restricted else Op.RELEASED
    changed = Changed("contact", contact.pk, op, contact.version, districts, field_names=["is_restricted"])
    record_changes(actor, Action.UPDATE, [changed])
    tell_of_moves(actor, "contact", {contact.pk: districts})
