"""The book in formats of others."""
