"""Pages: API keys."""
