"""Corrections of Django's language formats: weeks start on Monday, times use 24 hours."""
