"""Pages: notifications and emails."""
