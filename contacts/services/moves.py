"""When an organisation moves, its people, meetings and promises are seen elsewhere too.

They have not changed themselves, but whoever keeps a copy (the change feed) must learn that they
came or left.
"""

from typing import Final
from uuid import UUID

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Contact, Organisation
from lib.waking import wake_on_commit

FOLLOW_MOVE: Final = "meetings.follow_move"


def tell_of_move(actor: Actor, organisation: Organisation, district_ids: set[UUID]) -> None:
    """Record the people who speak for it as changed in `district_ids`, those before and after the move.

    Meetings and promises are in a room above: their task is woken when this is committed.
    """
    speaking = Affiliation.objects.current().filter(organisation=organisation).values("contact")
    people = Contact.objects.filter(pk__in=speaking).values_list("pk", "version")
    changes = [Changed("contact", pk, Op.UPDATED, version, district_ids) for pk, version in people]
    if changes:
        record_changes(actor, Action.UPDATE, changes)
    wake_on_commit(FOLLOW_MOVE, str(organisation.pk), *sorted(str(pk) for pk in district_ids))
