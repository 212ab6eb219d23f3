"""Queries for the pages of incidents, and for the steps that an incident needs."""
