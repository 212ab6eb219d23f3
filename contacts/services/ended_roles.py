"""Telling the change feed of roles that ended by their day, or that a rule hides or shows from now on.

Nobody writes anything on the day a role ends, but who saw the person through its organisation alone
does not from then on: a tool there must learn that the person left. A rule that hides ended roles changes
what many contacts show at once, so a task tells of them in batches.
"""

from collections import defaultdict
from typing import Final
from uuid import UUID

from django.db.models import F

from accounts.actors import SYSTEM
from audit.codes import ReasonCode
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation
from contacts.services.change_feed import districts_by_organisation, tell_of_moves
from lib.days import city_today
from lib.row_context import Opened, opened, writes

BATCH: Final = 500
PURPOSE: Final = ReasonCode.ROLE_ENDED.sent


def tell_of_ended_roles() -> int:
    """Tell of each once, however long nobody did; answers how many. May run twice at once."""
    told = 0
    while count := _tell_of_some():
        told += count
    return told


@opened(Opened.WRITER)
def tell_again_of_ended_roles() -> None:
    """Let the task report all contacts with ended roles, because these are hidden or shown from now on."""
    ended = Affiliation.objects.filter(until__lte=city_today(), told_until__isnull=False)
    locked = ended.order_by("pk").select_for_update(no_key=True).values("pk")
    Affiliation.objects.filter(pk__in=locked).update(told_until=None)


@writes
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
