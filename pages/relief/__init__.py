"""Pages: temporary access."""
