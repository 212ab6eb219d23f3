"""Writes to the book: each locks, asks the policy, changes, checks, saves and records in one transaction."""
