"""The book in formats of others: lists, cards."""
