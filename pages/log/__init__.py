"""Pages: logging a meeting."""
