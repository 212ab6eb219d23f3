"""The drill: back up, erase, restore into another cluster. What was erased is erased there, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connections

from accounts.actors import actor_for
from accounts.models import Role
from contacts.models import Contact
from crm.embedded.postgres import APPLICATION, Postgres
from meetings.models import Meeting
from privacy.ledger import write_ledger
from tests.crm.test_backup import RESTORED, elsewhere, said
from tests.factories import make_contact, make_district, make_meeting, make_user
from tests.privacy.test_erasing import FACTS, decided, erased, make_leila

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
    assert "there is no ledger" in said("restore", dump, "--ledger", tmp_path / "nowhere")
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
    assert "2 erasures repeated" in said("restore", dump, "--ledger", ledger)
    assert not Contact.objects.filter(pk=leila.pk).exists()
