"""Write services for the API's own rows: keys, webhooks and feeds."""
