"""Pages: other cities and their comparison files."""
