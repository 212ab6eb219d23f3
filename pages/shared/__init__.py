"""Pages: records shared with others."""
