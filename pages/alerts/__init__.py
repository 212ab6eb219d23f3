"""Pages: alerts about reading."""
