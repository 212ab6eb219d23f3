"""Changes of districts are serialised, but do not block readers of districts or references to them."""

import threading

import pytest
from django.db import connections, transaction

from accounts.actors import SYSTEM
from districts.models import District
from districts.services.districts import create_district


@pytest.mark.usefixtures("committed_db")
def test_a_change_of_the_ground_locks_no_row_of_another_district() -> None:
    create_district(actor=SYSTEM, code="1", name="Centro")
    locked: list[str] = []

    def lock() -> None:
        with transaction.atomic():
            locked.extend(row.code for row in District.objects.select_for_update(nowait=True))
        connections.close_all()

    with transaction.atomic():
        create_district(actor=SYSTEM, code="2", name="Retiro")
        other = threading.Thread(target=lock)
        other.start()
        other.join(20)
    assert locked == ["1"]
