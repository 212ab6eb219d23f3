"""Queries of the API's own rows, and of the changes that a caller sees."""
