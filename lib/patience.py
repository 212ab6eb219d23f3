"""Longer database limits for background work; requests are cut after seconds (crm.database.bounds)."""

from contextlib import AbstractContextManager

from django.db import connection


def patience(seconds: float) -> AbstractContextManager[None]:
    """Raise the limits for statements and locks of each transaction begun inside."""
    patient: AbstractContextManager[None] = connection.patient(seconds)  # type: ignore[attr-defined]  # crm.database's
    return patient
