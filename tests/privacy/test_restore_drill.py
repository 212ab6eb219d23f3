"""The drill: back up, erase, restore into another cluster. What was erased is erased there, too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import Role
from audit.models import Pruned, TrailPosition
from audit.services.verifying import verify_trail
from contacts.models import Contact
from crm.embedded.postgres import APPLICATION, Postgres
from crm.production import check_backups
from meetings.models import Meeting
from privacy.services.ledger import write_ledger
from privacy.services.retention import prune_months
from tests.audit.sealing import use_key, write_trail
from tests.audit.test_pruning import in_force, seal_long_ago
from tests.crm.test_backup import RESTORED, elsewhere, said
from tests.factories import make_contact, make_district, make_meeting, make_user
from tests.privacy.erasures import FACTS, decided, erased, make_leila

__all__ = ["elsewhere"]


@pytest.fixture
def restored(elsewhere: Postgres) -> Iterator[None]:
    """The application's connection leads to the restored database, as in a city."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {
        "NAME": RESTORED,
        "USER": APPLICATION,
        "OPTIONS": before["OPTIONS"] | {"host": str(elsewhere.sockets)},
    }
    yield
    connection.close()
    connection.settings_dict.clear()
    connection.settings_dict |= before


@pytest.mark.thorough
def test_a_restored_backup_is_erased_again(
    committed_db: None, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    north = make_district("North")
    leila, other = make_leila(north), make_contact(north)
    make_meeting(north, facts=FACTS)
    dump, ledger = tmp_path / "kept.dump", tmp_path / "erasures.jsonl"
    said("backup", dump)
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    erased(actor, decided(actor))
    assert write_ledger(ledger)
    request.getfixturevalue("restored")
    for missing in ((), ("--ledger", tmp_path / "nowhere")):
        with pytest.raises(CommandError, match="Nothing was restored"):
            said("restore", dump, *missing)
    answer = said("restore", dump, "--ledger", tmp_path / "nowhere", "--without-ledger")
    assert "1. Find the ledger of erasures and run `manage.py verify_erasures --erase" in answer
    assert set(Contact.objects.all()) == {leila, other}
    with pytest.raises(CommandError, match="still there"):
        said("verify_erasures", "--ledger", ledger)
    assert "erasures repeated" in said("verify_erasures", "--erase", "--ledger", ledger)
    assert "Nothing in the ledger" in said("verify_erasures", "--ledger", ledger)
    assert set(Contact.objects.all()) == {other}
    assert "Haddad" not in Meeting.objects.get().facts


def test_restore_erases_again_by_itself(
    committed_db: None, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    leila = make_leila(make_district("North"))
    dump, ledger = tmp_path / "kept.dump", tmp_path / "erasures.jsonl"
    said("backup", dump)
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    erased(actor, decided(actor))
    assert write_ledger(ledger)
    request.getfixturevalue("restored")
    answer = said("restore", dump, "--ledger", ledger)
    assert "2 erasures repeated" in answer
    assert (
        "1. Compare the activity log with its shipped seals" in answer and "move the file of seals" in answer
    )
    assert list(check_backups(timezone.now())) == [], "the restored backup and its restore are recorded"
    assert not Contact.objects.filter(pk=leila.pk).exists()


@pytest.mark.thorough
@pytest.mark.long
def test_months_of_the_log_that_a_restore_brings_back_leave_again_with_the_same_end(
    committed_db: None, tmp_path: Path, request: pytest.FixtureRequest, settings: Settings
) -> None:
    file = use_key(settings, tmp_path).with_name("seals.jsonl")
    seal_long_ago()
    rule = in_force()
    write_trail(2)
    dump = tmp_path / "kept.dump"
    said("backup", dump)

    def end() -> tuple[Any, ...]:
        last = Pruned.objects.latest("seal")
        left = TrailPosition.objects.filter(seq__lte=last.last_seq).values_list("seq", flat=True)
        return last.seal, bytes(last.root), last.rule, sorted(left)

    assert prune_months()
    once = end()
    write_trail(2)
    request.getfixturevalue("restored")
    answer = said("restore", dump, "--without-ledger")
    assert "rows of the activity log, which retention rule 1 deletes again within an hour" in answer
    assert not Pruned.objects.exists() and TrailPosition.objects.filter(seq=1).exists()
    assert [str(one) for one in verify_trail().findings] == []  # the log is whole, as it was then
    seals = [str(one) for one in verify_trail(shipped=file).findings]
    assert seals == ["seal 5: is in the file and gone from the database"]
    settings.AUDIT_SEAL_FILE = ""  # moved aside, as docs/operations.md says
    assert "pruned" not in said("verify_audit", "--without-file")
    assert prune_months() and end() == once
    assert f"pruned by rule {rule.number}" in said("verify_audit", "--without-file")
    assert prune_months() == 0
