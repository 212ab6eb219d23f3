"""When an organisation moves, its people, meetings and promises are seen elsewhere too.

They have not changed themselves, but whoever keeps a copy (the change feed) must learn that they
came or left.
"""

from uuid import UUID

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Contact, Organisation


def tell_of_move(actor: Actor, organisation: Organisation, district_ids: set[UUID]) -> None:
    """Record what is seen through it as changed in `district_ids`, those before and after the move.

    Meetings and promises are in a room above, so they are reached through the organisation. It is
    done in the move's own transaction: a task could be lost with the broker.
    """
    speaking = Affiliation.objects.current().filter(organisation=organisation).values("contact")
    for object_type, rows in (
        ("contact", Contact.objects.filter(pk__in=speaking)),
        ("meeting", organisation.meetings.all()),
        ("follow_up", organisation.follow_ups.all()),
    ):
        found = rows.values_list("pk", "version")
        changes = [Changed(object_type, pk, Op.UPDATED, version, district_ids) for pk, version in found]
        if changes:
            record_changes(actor, Action.UPDATE, changes)
