"""A database whose policies hold, whatever ROW_SECURITY says for the other tests."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from crm.database.roles import guard_rows
from crm.embedded.postgres import APPLICATION
from lib.row_context import act_as_system

from .database import clone


@pytest.fixture(scope="module")
def guarded_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a module whose tests commit, and share what they commit. The database is dropped afterwards."""
    with django_db_blocker.unblock(), override_settings(ROW_SECURITY=True):
        guard_rows(connections["owner"], APPLICATION, enabled=True)
        connections["owner"].close()
        act_as_system()
        yield
        clone()
