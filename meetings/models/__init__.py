"""Meetings, follow-ups and concerns."""

from meetings.models.concern import Concern, ConcernExternalId
from meetings.models.follow_up import (
    FollowUp,
    FollowUpExternalId,
    FollowUpOrganisation,
    FormerFollowUpOrganisation,
)
from meetings.models.handover import Handover
from meetings.models.meeting import Meeting, MeetingContact, MeetingExternalId, MeetingOrganisation
from meetings.models.period import ConcernPeriod, FollowUpPeriod
from meetings.models.series import Series

__all__ = [
    "Concern",
    "ConcernExternalId",
    "ConcernPeriod",
    "FollowUp",
    "FollowUpExternalId",
    "FollowUpOrganisation",
    "FollowUpPeriod",
    "FormerFollowUpOrganisation",
    "Handover",
    "Meeting",
    "MeetingContact",
    "MeetingExternalId",
    "MeetingOrganisation",
    "Series",
]
