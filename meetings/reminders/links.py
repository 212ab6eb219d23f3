"""Where a reminder leads. Pages are rooms above: only the names of their addresses are known here."""

from django.urls import reverse

from meetings.models import Reminder
from meetings.models.reminder import SubjectType


def path_of(reminder: Reminder) -> str:
    """The page of what it is about."""
    if reminder.subject_type == SubjectType.PORTFOLIO:
        return reverse("organisations") + "?overdue=true"
    if reminder.subject_type == SubjectType.RELIEF:
        return reverse("relief")
    return reverse(reminder.subject_type, args=[reminder.subject_id])
