"""Reads of meetings, follow-ups and concerns."""
