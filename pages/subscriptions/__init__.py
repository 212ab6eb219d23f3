"""Pages: subscriptions to reports."""
