"""Reminders, and the subjects and rules that other apps declare for them."""

from reminders.models.reminder import Reminder, ReminderQuerySet

__all__ = ["Reminder", "ReminderQuerySet"]
