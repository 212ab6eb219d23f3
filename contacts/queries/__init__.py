"""Queries that find organisations and contacts."""
