"""An undo locks its rows before it checks them, so that concurrent changes are not overwritten."""

from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.actors import actor_for
from exchange.imports.targets import TARGETS
from meetings.models import Meeting
from meetings.services.meetings import edit_meeting
from tests.api.test_idempotency import wait_for_a_lock
from tests.exchange.test_import_wizard import supervisor_of_n1
from tests.exchange.test_undo_imports import THREE, bring


@pytest.mark.parametrize("edits", [True, False])
def test_an_undo_waits_for_whoever_writes_and_then_looks(committed_db: None, edits: bool) -> None:
    user = supervisor_of_n1()
    draft = bring(user, THREE["meetings"], "meetings")
    row = Meeting.objects.earliest("pk")
    refused: list[str] = []

    def take_back() -> None:
        try:
            TARGETS["meetings"].undo(actor_for(user), draft, lambda *_: None)
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    undoing = Thread(target=take_back)
    with transaction.atomic():
        Meeting.objects.select_for_update().get(pk=row.pk)
        if edits:
            edit_meeting(actor=actor_for(user), meeting_id=row.pk, place="The garden")
        undoing.start()
        wait_for_a_lock()
    undoing.join()
    assert Meeting.objects.count() == (3 if edits else 0)
    assert ["changed or used since the import." in text for text in refused] == ([True] if edits else [])
