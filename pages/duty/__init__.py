"""Pages: duty shifts."""
