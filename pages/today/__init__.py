"""Pages: Today."""
