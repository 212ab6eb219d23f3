"""Services of reminders."""
