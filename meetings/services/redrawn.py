"""What is still to come in a district that is redrawn moves to its successor; what is over stays."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from accounts.actors import SYSTEM
from contacts.services.changing import Change, lock_versions
from contacts.services.redrawn import batches
from districts.models import District
from lib.row_context import Opened, opened
from meetings.codes import ConcernStatus, MeetingStatus
from meetings.models import Concern, Meeting
from meetings.services.concerns import write_concerns
from meetings.services.meetings import locked_meetings, write_meetings


@opened(Opened.WRITER)
def follow_redrawn(district: District, successor: District) -> None:
    """Move planned meetings and concerns that are not closed, by their writers."""
    moved = {"district": successor}
    planned = Meeting.objects.filter(
        district=district, status=MeetingStatus.PLANNED, starts_at__gte=timezone.now()
    )
    for ids in batches(planned):
        write_meetings(SYSTEM, [Change(row, moved) for row in locked_meetings(SYSTEM, dict.fromkeys(ids))])
    for ids in batches(Concern.objects.filter(district=district).exclude(status=ConcernStatus.CLOSED)):
        rows = lock_versions(
            Concern.objects.select_related("received_in"), dict.fromkeys(ids), lambda _row: True
        )
        first = [row.received_in or district for row in rows]
        write_concerns(
            SYSTEM,
            [Change(row, moved | {"received_in": place}) for row, place in zip(rows, first, strict=True)],
        )


@opened(Opened.WRITER)
def has_records(district_ids: Collection[UUID]) -> bool:
    """Whether a meeting or concern has ever been in one of these."""
    meetings = Meeting.objects.filter(district__in=district_ids)
    return meetings.exists() or Concern.objects.filter(district__in=district_ids).exists()
