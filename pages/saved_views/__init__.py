"""Pages: saved views."""
