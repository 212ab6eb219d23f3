"""Pages: watched records."""
