"""Pages: incident protocols."""
