"""Pages: selected rows."""
