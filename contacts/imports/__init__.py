"""Registers from files: read, convert, find duplicates, write. The same file twice is nothing new."""
