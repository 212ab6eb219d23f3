"""What is broken on purpose, and what came of it: `python3 dev.py faults` (docs/reliability.md)."""
