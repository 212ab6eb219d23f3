"""What is measured, against its floor: `python3 dev.py bench` (docs/performance.md).

The floor is a bare WSGI application that runs the same SQL and dumps it, without routing, permission
or audit. Both answer in the same run, in turns, so that a noisy machine disturbs both alike.
"""
