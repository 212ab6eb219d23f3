"""The `dev.py` commands that run after the environment exists: services, programs and checks on one machine.

Nothing here reads Django's settings: this package makes the environment variables that the settings read.
"""
