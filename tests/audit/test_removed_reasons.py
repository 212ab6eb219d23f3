"""The text of a reason can be removed, and every seal still verifies (docs/adr/0044)."""

from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import Error, connections, transaction
from django.utils.formats import date_format
from pytest_django import Settings

from accounts.actors import NOBODY, SYSTEM
from accounts.models import Role
from audit.models import Action, Event, Reason
from audit.services import record, remove_reasons
from audit.services.sealing import seal
from audit.services.verifying import verify_trail
from lib.days import city_today
from tests.audit.numbering import publish_all
from tests.audit.sealing import as_owner, use_key
from tests.factories import make_actor, make_district


def as_the_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def key(committed_db: None, settings: Settings, tmp_path: Path) -> Path:
    return use_key(settings, tmp_path)


@pytest.fixture
def sealed(key: Path) -> tuple[UUID, UUID]:
    """Two events, each with its reason, sealed."""
    reasons = ("she called", "her brother called")
    called, brother = (record(SYSTEM, Action.VIEW, "contact", purpose=reason).pk for reason in reasons)
    publish_all()
    seal()
    return called, brother


def test_a_reason_that_was_edited_is_found(sealed: tuple[UUID, UUID]) -> None:
    assert Event.objects.get(pk=sealed[0]).purpose == "she called"
    assert verify_trail().findings == []
    for edit in (
        "UPDATE audit_reason SET text = 'he called' WHERE text = 'she called'",
        "UPDATE audit_reason SET salt = 'x' WHERE text = 'she called'",
        "UPDATE audit_event SET reason_digest = NULL WHERE action = 'view'",
        "UPDATE audit_event SET actor_role = 'supervisor' WHERE action = 'view'",
        "DELETE FROM audit_reason WHERE text = 'she called'",
        "UPDATE audit_reason SET text = '', salt = '', removed_at = now(), removed_by = gen_random_uuid()",
    ):
        with as_owner():
            as_the_owner(edit)
            assert verify_trail(using="owner").findings, edit


def test_a_privacy_officer_removes_reasons_and_the_log_says_so(sealed: tuple[UUID, UUID]) -> None:
    actor = make_actor(role=Role.PRIVACY_OFFICER)
    assert remove_reasons(actor=actor, events=sealed, purpose="erasure 77") == 2
    assert remove_reasons(actor=actor, events=sealed, purpose="erasure 77") == 0
    assert not Reason.objects.filter(event_id__in=sealed).exclude(text="", salt=b"").exists()
    event = Event.objects.get(action=Action.ERASE)
    assert (event.actor_id, sorted(event.object_ids), event.purpose) == (
        actor.id,
        sorted(sealed),
        "erasure 77",
    )
    said = f"The reason was removed on {date_format(city_today())}."
    assert [Event.objects.get(pk=pk).purpose for pk in sealed] == [said, said]
    publish_all()
    seal()
    report = verify_trail()
    assert (report.findings, report.reasons_removed) == ([], 2)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "2 reasons were removed" in out.getvalue()
    with as_owner():  # another event's removal does not cover this one
        as_the_owner("UPDATE audit_event SET object_ids = '{}' WHERE action = 'erase'")
        assert len(verify_trail(using="owner").findings) == 3


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER, None])
def test_others_remove_no_reason(sealed: tuple[UUID, UUID], role: Role | None) -> None:
    actor = make_actor(make_district(), role=role) if role else NOBODY
    with pytest.raises(PermissionDenied):
        remove_reasons(actor=actor, events=sealed, purpose="erasure 77")
    assert Reason.objects.filter(text="").count() == 0
    assert remove_reasons(actor=SYSTEM, events=sealed, purpose="rule: 12 months") == 2


def test_the_digest_of_a_signed_audit_stays(key: Path) -> None:
    event = record(SYSTEM, Action.UPDATE, "review", purpose="sha256:00")
    assert remove_reasons(actor=SYSTEM, events=[event.pk], purpose="rule: 12 months") == 0
    assert Event.objects.get(pk=event.pk).purpose == "sha256:00"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_reason SET text = 'other'",
        "UPDATE audit_reason SET text = ''",
        "DELETE FROM audit_reason",
        "TRUNCATE audit_reason",
        "UPDATE audit_event SET reason_digest = NULL",
        "UPDATE audit_event SET actor_role = 'supervisor'",
    ],
)
def test_the_owner_changes_nothing_else(sealed: tuple[UUID, UUID], statement: str) -> None:
    with pytest.raises(Error), transaction.atomic(using="owner"):
        as_the_owner(statement)
    connections["owner"].close()
