"""Numbering in tests, where transactions of other test runs on the same cluster delay the publisher."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from audit.models import Change, Event, TrailPosition
from audit.services.numbering import publish
from crm.embedded.postgres import APPLICATION, OWNER
from tests.plugins import services


def publish_all(seconds: float = 90) -> None:
    """Publish until every committed row has its number."""
    deadline = time.monotonic() + seconds
    while publish() or are_left():
        if time.monotonic() > deadline:
            raise TimeoutError("an older transaction is still running")
        time.sleep(0.05)


def number_open_transaction() -> None:
    """Number rows of a test's open transaction, which the publisher would not see."""
    last = TrailPosition.objects.count()
    with may_number():
        for change in Change.objects.filter(numbered__isnull=True).order_by("pk"):
            last += 1
            TrailPosition.objects.create(seq=last, change=change, below_xid=0)


@contextmanager
def may_number() -> Iterator[None]:
    """Let the application number rows in this test database, because only the application sees open rows."""
    with services.postgres.connect(str(connection.settings_dict["NAME"]), OWNER) as owner:
        owner.execute(f"GRANT INSERT ON audit_numbered TO {APPLICATION}")
        try:
            yield
        finally:
            owner.execute(f"REVOKE INSERT ON audit_numbered FROM {APPLICATION}")


def are_left() -> bool:
    return (
        Event.objects.filter(numbered__isnull=True).exists()
        or Change.objects.filter(numbered__isnull=True).exists()
    )
