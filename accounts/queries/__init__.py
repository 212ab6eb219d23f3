"""Queries of accounts that other apps share."""
