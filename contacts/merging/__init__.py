"""Merge duplicates into one row, and undo a merge."""
