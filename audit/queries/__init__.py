"""Queries about the database that holds the activity log."""
