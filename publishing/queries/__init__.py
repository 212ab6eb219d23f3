"""Reads of published figures, pages and files."""
