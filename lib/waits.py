"""Long work's patience: what somebody waits for before a page is cut after seconds (crm.database.bounds)."""

from contextlib import AbstractContextManager

from django.db import connection


def patience(seconds: float) -> AbstractContextManager[None]:
    """Let statements and locks of each transaction begun within take so long."""
    patient: AbstractContextManager[None] = connection.patient(seconds)  # type: ignore[attr-defined]  # crm.database's
    return patient
