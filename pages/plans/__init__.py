"""Pages: action plans."""
