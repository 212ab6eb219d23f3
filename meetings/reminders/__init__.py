"""Reminders: rows made ahead by a pure rule, sent once (security.md: neither lost nor doubled).

The services call `refresh_for_…` and `notify_concern` in their own transaction.
"""

from meetings.reminders.derive import (
    notify_concern,
    notify_relief,
    refresh_for_follow_up,
    refresh_for_meeting,
    refresh_for_user,
    top_up,
)
from meetings.reminders.send import send_due

__all__ = [
    "notify_concern",
    "notify_relief",
    "refresh_for_follow_up",
    "refresh_for_meeting",
    "refresh_for_user",
    "send_due",
    "top_up",
]
