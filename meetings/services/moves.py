"""Meetings and promises of an organisation that moved (contacts.services.moves)."""

from uuid import UUID

from django.db import transaction

from accounts.actors import SYSTEM
from audit.models import Action, Op
from audit.services import Changed, record_changes
from meetings.models import FollowUp, Meeting


@transaction.atomic
def follow_move(organisation_id: UUID, district_ids: set[UUID]) -> int:
    """Record them as changed in the districts before and after the move; answers how many.

    Safe to run twice: a receiver reads each object again and finds what it has.
    """
    told = 0
    for object_type, rows in (
        ("meeting", Meeting.objects.filter(organisations=organisation_id)),
        ("follow_up", FollowUp.objects.filter(organisations=organisation_id)),
    ):
        found = rows.values_list("pk", "version")
        changes = [Changed(object_type, pk, Op.UPDATED, version, district_ids) for pk, version in found]
        if changes:
            record_changes(SYSTEM, Action.UPDATE, changes)
        told += len(changes)
    return told
