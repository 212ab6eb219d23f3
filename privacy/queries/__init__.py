"""Reads of the privacy desk."""
