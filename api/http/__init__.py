"""Serve HTTP: authentication, limits, parameters, entity tags and problems."""
