"""Pages: settings and user accounts."""
