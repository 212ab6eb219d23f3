"""Seals reach witnesses, and what they kept shows a log that was cut off or sealed again."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import Settings

from audit.models import Seal
from audit.services.seal_file import as_line
from audit.services.verifying import verify_trail
from audit.services.witnesses import FAILURES, seals_of_witness, tell_witnesses
from tests.api.receivers import POLL_SECONDS
from tests.audit.sealing import as_owner, use_key, write_trail


@pytest.fixture
def key(committed_db: None, settings: Settings, tmp_path: Path) -> Path:
    cache.clear()
    key = use_key(settings, tmp_path)
    write_trail(4)
    write_trail(4)
    return key


@pytest.fixture
def posted(settings: Settings) -> Iterator[list[bytes]]:
    taken: list[bytes] = []

    class Witness(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server's name
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Witness) as server:
        settings.AUDIT_WITNESS_URL = f"http://127.0.0.1:{server.server_port}/"
        Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        yield taken
        server.shutdown()


def test_each_witness_gets_the_newest_seal_once(
    key: Path, posted: list[bytes], settings: Settings, tmp_path: Path
) -> None:
    settings.AUDIT_WITNESS_EMAIL = ["dpo@city.example"]
    settings.AUDIT_WITNESS_FILE = str(tmp_path / "elsewhere.jsonl")
    assert (tell_witnesses(), tell_witnesses()) == (3, 0)
    (message,) = mail.outbox
    assert message.to == ["dpo@city.example"]
    kept = tmp_path / "kept.eml"
    kept.write_bytes(message.message().as_bytes())
    for file, numbers in ((kept, [2]), (tmp_path / "elsewhere.jsonl", [1, 2])):
        assert [said["number"] for said in seals_of_witness(file)] == numbers
        assert verify_trail(witnesses=[file]).findings == []
    assert [json.loads(body)["number"] for body in posted] == [2]
    write_trail(2)
    assert tell_witnesses() == 3


def test_a_witness_that_is_not_reached_is_counted_and_told_the_next_time(
    key: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.AUDIT_WITNESS_FILE = str(tmp_path / "missing" / "seals.jsonl")
    assert (tell_witnesses(), cache.get(FAILURES)) == (0, 1)
    (tmp_path / "missing").mkdir()
    assert (tell_witnesses(), cache.get(FAILURES)) == (1, 0)


def test_a_log_that_was_cut_off_or_sealed_again_is_found_by_what_a_witness_kept(
    key: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(b"Keep this email.\r\n\r\n" + as_line(Seal.objects.latest("number")))
    with as_owner(), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE number = 2")
        found = verify_trail(witnesses=[kept], using="owner").findings
    assert "seal 2: is in kept.txt and gone from the database" in map(str, found)
    kept.write_bytes(kept.read_bytes().replace(b'"first_seq": 5', b'"first_seq": 4'))
    assert "seal 2: is not the one in kept.txt" in map(str, verify_trail(witnesses=[kept]).findings)
    kept.write_text("Nothing")
    assert "kept.txt has no seal" in map(str, verify_trail(witnesses=[kept]).findings)
    with pytest.raises(CommandError, match="1 findings"):
        call_command("verify_audit", "--witness", str(kept))
