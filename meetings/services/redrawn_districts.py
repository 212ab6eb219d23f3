"""Move planned meetings and open concerns of a redrawn district to its successors. Past ones stay."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from contacts.services.changes import Change, lock_versions
from contacts.services.redrawn_districts import batches
from districts.models import District
from districts.services.followers import Successors
from lib.row_context import Opened, opened
from meetings.codes import ConcernStatus, MeetingStatus
from meetings.models import Concern, Meeting, MeetingOrganisation
from meetings.services.concerns import write_concerns
from meetings.services.meetings import locked_meetings, write_meetings


def _planned_meetings(district: District) -> QuerySet[Meeting]:
    return Meeting.objects.filter(
        district=district, status=MeetingStatus.PLANNED, starts_at__gte=timezone.now()
    )


def _open_concerns(district: District) -> QuerySet[Concern]:
    return Concern.objects.filter(district=district).exclude(status=ConcernStatus.CLOSED)


@opened(Opened.WRITER)
def count_redrawn(district: District) -> dict[str, int]:
    """Count the planned meetings and open concerns that move."""
    return {
        _("planned meetings"): _planned_meetings(district).count(),
        _("open concerns"): _open_concerns(district).count(),
    }


@opened(Opened.WRITER)
def follow_redrawn(district: District, successors: Successors) -> None:
    """Move planned meetings and concerns that are not closed, each to the successor of its organisations."""
    for ids in batches(_planned_meetings(district)):
        organisations_by_meeting: dict[UUID, list[UUID]] = defaultdict(list)
        links = MeetingOrganisation.objects.filter(meeting__in=ids)
        for meeting, organisation in links.values_list("meeting", "organisation"):
            organisations_by_meeting[meeting].append(organisation)
        write_meetings(
            SYSTEM,
            [
                Change(row, {"district": successors.for_organisations(organisations_by_meeting[row.pk])})
                for row in locked_meetings(SYSTEM, dict.fromkeys(ids))
            ],
        )
    for ids in batches(_open_concerns(district)):
        rows = lock_versions(Concern.objects.all(), dict.fromkeys(ids), lambda _row: True)
        write_concerns(
            SYSTEM,
            [
                Change(
                    row,
                    {
                        "district": successors.for_organisations(filter(None, [row.site_organisation_id])),
                        "earlier_district_ids": [*row.earlier_district_ids, district.pk],
                    },
                )
                for row in rows
            ],
        )


@opened(Opened.WRITER)
def has_records(district_ids: Collection[UUID]) -> bool:
    """Whether any meeting or concern belongs to one of these districts."""
    meetings = Meeting.objects.filter(district__in=district_ids)
    return meetings.exists() or Concern.objects.filter(district__in=district_ids).exists()
