"""Telling the change feed of roles that ended by their day.

Nobody writes anything on the day a role ends, but who saw the person through its organisation alone
does not from then on: a tool there must learn that the person left.
"""

from collections import defaultdict
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.actors import SYSTEM
from audit.codes import ReasonCode
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation
from contacts.services.moves import districts_by_organisation, tell_of_moves
from lib.row_context import Opened, opened

BATCH: Final = 500
PURPOSE: Final = ReasonCode.ROLE_ENDED.sent


def tell_of_ended_roles() -> int:
    """Tell of each once, however long nobody did; answers how many. May run twice at once."""
    told = 0
    while count := _tell_of_some():
        told += count
    return told


@transaction.atomic
@opened(Opened.WRITER)
def _tell_of_some() -> int:
    silent = Affiliation.objects.ended_in_silence().select_for_update(of=("self",), skip_locked=True)
    ended = list(silent.select_related("contact").order_by("pk")[:BATCH])
    if not ended:
        return 0
    where = districts_by_organisation(row.organisation_id for row in ended)
    districts: dict[UUID, set[UUID]] = defaultdict(set)
    for row in ended:
        districts[row.contact_id] |= where[row.organisation_id]
    versions = {row.contact_id: row.contact.version for row in ended}
    changes = [Changed("contact", pk, Op.UPDATED, versions[pk], found) for pk, found in districts.items()]
    record_changes(SYSTEM, Action.UPDATE, changes, purpose=PURPOSE)
    tell_of_moves(SYSTEM, "contact", districts, purpose=PURPOSE)
    Affiliation.objects.filter(pk__in=[row.pk for row in ended]).update(told_until=F("until"))
    return len(ended)
