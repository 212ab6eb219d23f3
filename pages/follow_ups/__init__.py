"""Pages: follow-ups."""
