"""Pages: webhooks."""
