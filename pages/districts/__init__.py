"""Pages: districts."""
