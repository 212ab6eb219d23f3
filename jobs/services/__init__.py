"""Services of background tasks."""
