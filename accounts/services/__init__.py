"""Writes to accounts, one module per noun."""
