"""What meetings, follow-ups and concerns are filtered by, on pages and by the API."""
