"""Meetings, the promises made there, concerns, and the reminders of them."""

from meetings.models.concern import Concern
from meetings.models.follow_up import FollowUp, FollowUpExternalId, FollowUpOrganisation
from meetings.models.handover import Handover
from meetings.models.meeting import Meeting, MeetingContact, MeetingExternalId, MeetingOrganisation
from meetings.models.reminder import Reminder
from meetings.models.series import Series

__all__ = [
    "Concern",
    "FollowUp",
    "FollowUpExternalId",
    "FollowUpOrganisation",
    "Handover",
    "Meeting",
    "MeetingContact",
    "MeetingExternalId",
    "MeetingOrganisation",
    "Reminder",
    "Series",
]
