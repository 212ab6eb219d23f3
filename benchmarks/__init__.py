"""Benchmarks against a floor: `python3 dev.py bench` (docs/performance.md).

The floor is a bare WSGI application that runs the same SQL and returns the rows as JSON, without routing,
permission or audit. Both run alternately, so that other load on the machine affects both equally.
"""
