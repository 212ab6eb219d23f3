"""Reads of plans and of the values of their indicators."""
