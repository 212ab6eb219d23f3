"""Pages: background tasks."""
