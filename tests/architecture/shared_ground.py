"""The city of tests.architecture.ground for the tests of a module, made once for each process."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache

from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from lib.row_context import act_as_system
from tests.architecture.ground import PATIENT, Ground
from tests.plugins import services
from tests.plugins.database import GROUND, clone, point_to


@contextmanager
def ground_for_all(blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """Enter one transaction in the city's own database, which is rolled back.

    Making the city takes as long as a hundred requests.
    """
    with blocker.unblock(), override_settings(**PATIENT):
        try:
            kept = _made()
            point_to(GROUND)
            with transaction.atomic():
                yield deepcopy(kept)
                transaction.set_rollback(True)
        finally:
            point_to(services.DATABASE)


@cache
def _made() -> Ground:
    """Create the city in the database GROUND, and commit it."""
    clone(GROUND)
    point_to(GROUND)
    act_as_system()
    with transaction.atomic():
        made = Ground()
    with services.postgres.connect(GROUND) as superuser:
        superuser.execute("ANALYZE")
    return made
