"""Writes of the API's own rows: keys, idempotency, webhooks, feeds."""
