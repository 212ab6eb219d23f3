"""`/meetings/`, `/follow-ups/`, `/concerns/`.

DELETE cancels a meeting. Follow-ups and concerns are closed instead.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from api.inputs.meetings import ConcernInput, FollowUpInput, MeetingInput
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.upserting import UpsertMixin
from api.resources.writing import DestroyMixin
from api.rows.meetings import CONCERN, FOLLOW_UP, MEETING
from incidents.services.opening import edit_concern, log_concern
from lib.days import city_today
from meetings.codes import MeetingStatus
from meetings.filters.concerns import ConcernFilters
from meetings.filters.follow_ups import FollowUpFilters
from meetings.filters.meetings import MeetingFilters
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.services.follow_up_series import edit_one_of_follow_up_series
from meetings.services.follow_ups import create_follow_up
from meetings.services.meetings import cancel_meeting
from meetings.services.series import ONE
from meetings.services.statuses import edit_with_status, enter_meeting


class Meetings(ListMixin, RetrieveMixin, UpsertMixin, DestroyMixin):
    spec = MEETING
    visible = Meeting.objects.visible_to
    scope = "meetings"
    filterset = MeetingFilters
    orderings = ("starts_at", "updated_at", "created_at")
    input = MeetingInput
    url_name = "api-meeting"

    def perform_create(self, values: dict[str, Any]) -> Meeting:
        status = values.pop("status", MeetingStatus.PLANNED)
        return enter_meeting(actor=self.actor, status=status, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_with_status(actor=self.actor, meeting_id=pk, version=version, **values)

    def perform_destroy(self, pk: UUID, version: int) -> None:
        """Cancel it; it stays, as cancelled."""
        cancel_meeting(actor=self.actor, meeting_id=pk, version=version)


class FollowUps(ListMixin, RetrieveMixin, UpsertMixin):
    spec = FOLLOW_UP
    visible = FollowUp.objects.visible_to
    scope = "follow-ups"
    filterset = FollowUpFilters
    orderings = ("due_on", "first_due_on", "updated_at", "created_at")
    input = FollowUpInput
    url_name = "api-follow-up"

    def perform_create(self, values: dict[str, Any]) -> FollowUp:
        told, _untold = _take_told(values, {})
        if told:
            raise ValidationError(
                {"organisations": _("You can report back only after the follow-up is done.")}
            )
        return create_follow_up(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        links = FollowUpOrganisation.objects.filter(follow_up=pk)
        told, untold = _take_told(values, dict(links.values_list("organisation", "reported_back_on")))
        values |= {"told": told, "untold": untold}
        edit_one_of_follow_up_series(actor=self.actor, follow_up_id=pk, scope=ONE, version=version, **values)


def _take_told(values: dict[str, Any], before: dict[UUID, date | None]) -> tuple[list[UUID], list[UUID]]:
    """Replace `organisations` with the rows that a service takes.

    Returns the IDs of organisations that were reported back to today, and those whose report is taken back.
    """
    rows = values.get("organisations")
    if rows is None:
        return [], []
    values["organisations"] = [row["organisation"] for row in rows]
    moved = [
        (row["organisation"].pk, row["reported_back_on"])
        for row in rows
        if "reported_back_on" in row and row["reported_back_on"] != before.get(row["organisation"].pk)
    ]
    if any(day not in (None, city_today()) for _pk, day in moved):
        raise ValidationError(
            {"organisations": _("Set reported_back_on to today’s date, or leave it empty.")}
        )
    return [pk for pk, day in moved if day], [pk for pk, day in moved if not day]


class Concerns(ListMixin, RetrieveMixin, UpsertMixin):
    spec = CONCERN
    visible = Concern.objects.visible_to
    scope = "concerns"
    filterset = ConcernFilters
    orderings = ("received_at", "updated_at", "created_at")
    input = ConcernInput
    url_name = "api-concern"

    def perform_create(self, values: dict[str, Any]) -> Concern:
        return log_concern(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_concern(actor=self.actor, concern_id=pk, version=version, **values)
