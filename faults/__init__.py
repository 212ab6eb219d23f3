"""Fault experiments and their results: `python3 dev.py faults` (docs/reliability.md)."""
