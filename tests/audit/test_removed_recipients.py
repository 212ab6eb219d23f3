"""A recipient leaves the log while every seal holds; nothing else of an event changes."""

from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import Error, connections, transaction
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Action, Event
from audit.services import record, remove_named_recipients
from audit.services.sealing import seal
from audit.services.verifying import verify_trail
from tests.audit.numbering import publish_all
from tests.audit.sealing import as_owner, use_key
from tests.audit.test_removed_reasons import as_the_owner
from tests.factories import make_actor, make_district

NAME = "Jasmína Šahinović, Al-Noor Mosque · file sha256:00"


@pytest.fixture
def sealed(committed_db: None, settings: Settings, tmp_path: Path) -> list[UUID]:
    """Two events with a recipient, and one without."""
    use_key(settings, tmp_path)
    named = [record(SYSTEM, action, "contact", recipient=NAME).pk for action in (Action.EXPORT, Action.SHARE)]
    record(SYSTEM, Action.VIEW, "contact")
    publish_all()
    seal()
    return named


def remove(actor: object, events: list[UUID]) -> None:
    remove_named_recipients(actor, [str(pk) for pk in events], lambda _row: {})


def test_a_privacy_officer_removes_recipients_and_every_seal_holds(sealed: list[UUID]) -> None:
    actor = make_actor(role=Role.PRIVACY_OFFICER)
    assert verify_trail().findings == []
    remove(actor, sealed)
    remove(actor, sealed)
    assert (
        list(Event.objects.filter(pk__in=sealed).values_list("recipient", "recipient_salt"))
        == [("", None)] * 2
    )
    event = Event.objects.get(action=Action.ERASE)
    assert (event.actor_id, event.object_type, sorted(event.object_ids)) == (
        actor.id,
        "recipient",
        sorted(sealed),
    )
    publish_all()
    seal()
    report = verify_trail()
    assert (report.findings, report.recipients_removed) == ([], 2)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "2 recipients were removed" in out.getvalue()
    with as_owner():  # without the event that says so, both are findings
        as_the_owner("UPDATE audit_event SET object_ids = '{}' WHERE action = 'erase'")
        assert len(verify_trail(using="owner").findings) == 3


def test_others_remove_no_recipient(sealed: list[UUID]) -> None:
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER):
        with pytest.raises(PermissionDenied):
            remove(make_actor(make_district(), role=role), sealed)
    assert Event.objects.filter(recipient=NAME).count() == 2
    remove(SYSTEM, sealed)
    assert not Event.objects.filter(recipient=NAME).exists()


@pytest.mark.parametrize(
    "edit",
    [
        "recipient = 'Parish'",
        "recipient = ''",
        "recipient = '', recipient_salt = NULL",
        "recipient_salt = NULL",
        "recipient_salt = 'x'",
        "recipient_digest = NULL",
        "recipient_digest = 'x'",
    ],
)
def test_a_recipient_that_was_edited_is_found(sealed: list[UUID], edit: str) -> None:
    with as_owner():
        as_the_owner(f"UPDATE audit_event SET {edit} WHERE recipient <> ''")  # noqa: S608 (names of columns)
        assert verify_trail(using="owner").findings
    with pytest.raises(Error), transaction.atomic(using="owner"):
        as_the_owner(f"UPDATE audit_event SET {edit} WHERE recipient <> ''")  # noqa: S608
    connections["owner"].close()
