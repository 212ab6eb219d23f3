"""What `dev.py` does once its environment stands: services, programs and checks on one machine.

Nothing here reads Django's settings; it makes the environment variables that those are read from.
"""
