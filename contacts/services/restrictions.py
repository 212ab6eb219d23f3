"""Mark contacts whose processing a privacy officer restricts. Reasons and dates are in privacy/."""

from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Contact, Merge
from contacts.services.change_feed import districts_of_contacts, record_moves
from contacts.services.changes import lock
from lib.row_context import writes


@writes
def set_restricted(actor: Actor, contact: Contact, *, restricted: bool) -> None:
    """Set or remove the mark. Record the contact, and all rows that refer to it, in the change feed."""
    lock(Contact.objects.all(), [contact.pk])  # writes of rows that refer to the contact wait
    contact.is_restricted = restricted
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["is_restricted", "version", "updated_at"])
    if restricted:
        Merge.objects.all().forget([contact.pk])
    districts = districts_of_contacts([contact])[contact.pk]
    op = Op.RESTRICTED if restricted else Op.RELEASED
    changed = Changed("contact", contact.pk, op, contact.version, districts, field_names=["is_restricted"])
    record_changes(actor, Action.UPDATE, [changed])
    # Like a move, the mark makes rows appear or disappear that are visible through the contact.
    record_moves(actor, "contact", {contact.pk: districts})
