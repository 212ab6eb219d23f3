"""Record in the change feed roles that ended, or that a retention rule starts to hide or show.

No one writes a row on the day a role ends, but the contact may be no longer visible in the organisation's
districts. Other systems there must learn this. A rule that hides ended roles changes many contacts at once,
so a task records them in batches.
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
from contacts.services.change_feed import districts_by_organisation, record_moves
from lib.days import city_today
from lib.row_context import Opened, opened, writes

BATCH: Final = 500
PURPOSE: Final = ReasonCode.ROLE_ENDED.sent


def record_ended_roles() -> int:
    """Record each ended role once, and return the number of roles. Two runs at the same time are safe."""
    recorded_count = 0
    while count := _record_batch():
        recorded_count += count
    return recorded_count


@opened(Opened.WRITER)
def reset_ended_roles() -> None:
    """Make the task record all ended roles again, because a rule starts to hide or show them."""
    ended = Affiliation.objects.filter(until__lte=city_today(), told_until__isnull=False)
    locked = ended.order_by("pk").select_for_update(no_key=True).values("pk")
    Affiliation.objects.filter(pk__in=locked).update(told_until=None)


@writes
def _record_batch() -> int:
    unrecorded = Affiliation.objects.ended_unreported().select_for_update(of=("self",), skip_locked=True)
    ended = list(unrecorded.select_related("contact").order_by("pk")[:BATCH])
    if not ended:
        return 0
    organisation_districts = districts_by_organisation(row.organisation_id for row in ended)
    districts: dict[UUID, set[UUID]] = defaultdict(set)
    for row in ended:
        districts[row.contact_id] |= organisation_districts[row.organisation_id]
    versions = {row.contact_id: row.contact.version for row in ended}
    changes = [
        Changed("contact", pk, Op.UPDATED, versions[pk], district_ids)
        for pk, district_ids in districts.items()
    ]
    record_changes(SYSTEM, Action.UPDATE, changes, purpose=PURPOSE)
    record_moves(SYSTEM, "contact", districts, purpose=PURPOSE)
    Affiliation.objects.filter(pk__in=[row.pk for row in ended]).update(told_until=F("until"))
    return len(ended)
