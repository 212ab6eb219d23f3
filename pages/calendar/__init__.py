"""Pages: the calendar of meetings and follow-ups."""
