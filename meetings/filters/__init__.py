"""Filters of meetings, follow-ups, concerns and organisations, for pages and the API."""
