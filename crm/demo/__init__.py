"""Alderport: a believable city that does not exist, the same for everybody, told relative to today."""
