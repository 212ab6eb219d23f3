"""Rows of the activity log are sealed every minute, and any later change is detected."""

import json
import os
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, connections, transaction
from pytest_django import Settings

from audit.models import Event, Seal, TrailPosition
from audit.rules import chained_root, merkle_root
from audit.services.seal_file import ship
from audit.services.sealing import SealsAreGone, seal
from audit.services.verifying import verify_trail
from audit.signing import NoKey, make_key, public_file, read_public_keys
from audit.tasks import seal_trail
from tests.audit import tampering
from tests.audit.sealing import as_owner, use_key, write_trail

SEED = 20261125
TIMES = int(os.environ.get("TAMPERINGS", "300"))


@pytest.fixture
def key(committed_db: None, settings: Settings, tmp_path: Path) -> Path:
    return use_key(settings, tmp_path)


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify_audit", *options, stdout=out)
    return out.getvalue()


def lines(settings: Settings) -> list[str]:
    return Path(settings.AUDIT_SEAL_FILE).read_text().splitlines()


def test_the_root_depends_on_every_leaf_and_on_their_order() -> None:
    leaves = [bytes([n]) * 32 for n in range(5)]
    roots = {merkle_root(leaves[:n]) for n in range(1, 6)}
    roots |= {merkle_root([leaves[1], leaves[0], *leaves[2:]]), merkle_root([*leaves[:4], bytes(32)])}
    assert len(roots) == 7
    assert chained_root(bytes(32), leaves) != chained_root(b"x" * 32, leaves)


def test_what_is_numbered_is_sealed_shipped_and_found_whole(key: Path, settings: Settings) -> None:
    write_trail(12)
    write_trail(6)
    assert seal() == 0  # nothing new, no seal
    first, second = Seal.objects.order_by("number")
    assert (first.number, first.first_seq, second.number) == (1, 1, 2)
    assert second.first_seq == first.last_seq + 1
    assert second.last_seq == TrailPosition.objects.count()
    assert bytes(second.previous_root) == bytes(first.root)
    shipped = [json.loads(line) for line in lines(settings)]
    assert [one["root"] for one in shipped] == [bytes(first.root).hex(), bytes(second.root).hex()]
    said = verify()
    assert f"{second.last_seq} rows, 2 seals, compared with seals.jsonl." in said
    assert "OK: the audit log matches its seals." in said


def test_many_rows_get_several_seals(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.services.sealing.MOST", 5)
    write_trail(16)
    ends = list(Seal.objects.order_by("number").values_list("first_seq", "last_seq"))
    assert ends[:2] == [(1, 5), (6, 10)]
    assert verify_trail().findings == []


@pytest.mark.thorough
def test_some_hundred_random_tamperings_as_the_owner_are_all_found(key: Path) -> None:
    """10,000 with TAMPERINGS=10000. docs/operations.md has the result."""
    write_trail(16)
    write_trail(10)
    missed: list[str] = []
    done: set[str] = set()

    def tell(what: str, found: bool) -> None:
        done.add(what.partition(" ")[0])
        if not found:
            missed.append(what)

    with as_owner():
        assert not tampering.is_found()
        tampering.run(TIMES, Random(SEED), tell)
        assert not tampering.is_found()
    assert missed == []
    assert done == {"edit", "forge", "delete", "swap", "insert"}


HAND_MADE = {
    "UPDATE audit_event SET login = 'x' WHERE id = (SELECT event_id FROM audit_numbered WHERE seq = 1)": (
        "seal 1, number 1: event"
    ),
    "DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_numbered WHERE seq = 1)": (
        "seal 1, number 1: its row is gone"
    ),
    "DELETE FROM audit_numbered WHERE seq = 2": "seal 1, number 2: is gone",
    "INSERT INTO audit_numbered (seq, event_id, below_xid) VALUES (-4, gen_random_uuid(), 1)": (
        "seal 1, number -4: was inserted"
    ),
    "DELETE FROM audit_seal WHERE number = 2": "seal 2: is gone",
    "UPDATE audit_seal SET root = sha256('x') WHERE number = 2": "seal 2: its root is not that of numbers",
    "UPDATE audit_seal SET at = at + interval '1 hour' WHERE number = 2": "seal 2: is not signed by a key",
    "UPDATE audit_seal SET leaves = leaves || sha256('x') WHERE number = 1": "seal 1: its root is not",
}


def test_it_says_exactly_what_was_done(key: Path) -> None:
    for _ in range(3):
        write_trail(4)
    keys = read_public_keys(public_file(key))
    for statement, said in HAND_MADE.items():
        with as_owner():
            with connections["owner"].cursor() as cursor:
                cursor.execute(statement)
            found = [str(one) for one in verify_trail(using="owner", public_keys=keys).findings]
        assert any(said in one for one in found), (statement, found)
    assert verify_trail(public_keys=keys).findings == []


def test_a_trail_forged_and_sealed_anew_with_another_key_is_found(key: Path, tmp_path: Path) -> None:
    """Without the file and the public keys only a person can tell, so the report shows the key IDs."""
    write_trail(6)
    keys = read_public_keys(public_file(key))
    make_key(tmp_path / "theirs.pem")
    theirs = read_public_keys(public_file(tmp_path / "theirs.pem"))
    with as_owner():
        one = Seal.objects.using("owner").get()
        other = next(iter(theirs.items()))
        one.key_id, one.public_key = other
        one.save(using="owner")
        assert "is not signed by a key that is known" in str(
            verify_trail(using="owner", public_keys=keys).findings[0]
        )
    assert verify_trail(public_keys=theirs).findings
    assert verify_trail().keys == set(keys)


def test_what_the_file_has_and_the_database_has_not_is_found_and_not_sealed_over(
    key: Path, settings: Settings
) -> None:
    """Seals are removed together with their rows, so the next seal would otherwise be valid."""
    write_trail(6)
    write_trail(6)
    file = Path(settings.AUDIT_SEAL_FILE)
    with as_owner():
        with connections["owner"].cursor() as cursor:
            cursor.execute("DELETE FROM audit_seal WHERE number = 2")
        assert verify_trail(using="owner").findings == []
        assert "seal 2: is in the file and gone" in str(verify_trail(using="owner", shipped=file).findings[0])
        with pytest.raises(SealsAreGone):
            seal(using="owner")
    forged = json.loads(lines(settings)[0]) | {"root": "00" * 32}
    file.write_text("\n".join([json.dumps(forged), lines(settings)[1], ""]))
    assert "seal 1: is not the one in the file" in str(verify_trail(shipped=file).findings[0])


def test_a_lost_or_torn_file_is_made_whole(key: Path, settings: Settings) -> None:
    write_trail(6)
    write_trail(6)
    file, whole = Path(settings.AUDIT_SEAL_FILE), lines(settings)
    file.write_text(whole[0] + "\n" + whole[1][:40])  # as after a power cut
    write_trail(4)
    assert lines(settings)[:2] == whole
    assert len(lines(settings)) == 3
    file.unlink()
    assert ship(file) == 3
    assert lines(settings)[:2] == whole


def test_a_new_key_signs_from_now_on_and_the_old_one_still_proves_what_it_signed(
    key: Path, settings: Settings
) -> None:
    """The key file is read for each seal, so no restart is needed."""
    write_trail(6)
    old = Seal.objects.get().key_id
    make_key(key)
    write_trail(6)
    kept = read_public_keys(public_file(key))
    assert list(kept) == list(Seal.objects.order_by("number").values_list("key_id", flat=True))
    assert verify_trail(public_keys=kept).findings == []
    without_old = {name: raw for name, raw in kept.items() if name != old}
    assert [one.seal for one in verify_trail(public_keys=without_old).findings] == [1]
    assert "OK: the audit log matches its seals." in verify("--public-key", str(public_file(key)))


def test_the_command_fails_where_something_is_wrong_and_looks_from_a_day_on(key: Path) -> None:
    write_trail(6)
    assert "0 rows, 0 seals" in verify("--since", "2100-01-01")
    assert "1 seals" in verify("--since", "2020-01-01")
    forged = Event.objects.earliest("pk")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET actor_role = 'nothing' WHERE id = %s", [forged.pk])
    with pytest.raises(CommandError, match="the activity log does not match its seals"):
        verify()


def test_without_a_key_nothing_is_sealed_and_the_rows_wait(key: Path, settings: Settings) -> None:
    write_trail(2)
    settings.AUDIT_SIGNING_KEY_FILE = str(key.with_name("nowhere.pem"))
    with pytest.raises(NoKey):
        seal()
    assert seal_trail() == 0
    settings.AUDIT_SIGNING_KEY_FILE = ""
    assert seal_trail() == 0
    settings.AUDIT_SIGNING_KEY_FILE = str(key)
    assert seal_trail() == 0
    assert verify_trail().findings == []


@pytest.mark.parametrize("statement", ["UPDATE audit_seal SET at = now()", "DELETE FROM audit_seal"])
def test_the_application_cannot_touch_a_seal(key: Path, statement: str) -> None:
    write_trail(2)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Seal.objects.count() == 1
