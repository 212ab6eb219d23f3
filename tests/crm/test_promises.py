"""Production does not start without a setting that keeps a promise, and health checks tell of it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from crm import production
from crm.database.roles import guard_rows
from crm.embedded.postgres import APPLICATION
from crm.health import states
from crm.queues import QUEUES
from crm.required_settings import (
    OF_TRAIL,
    archiving_problem,
    broken_archiving,
    broken_promises,
    refuse_to_start,
)
from privacy.models import LedgerEntry
from tests.plugins import services

NOW: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of production that keep every promise."""
    settings.HTTPS, settings.DEMO, settings.DEBUG = True, False, False
    settings.ROW_SECURITY, settings.CONTROL_ROOM = True, "0900"
    for name in OF_TRAIL:
        setattr(settings, name, str(tmp_path / name))
    (tmp_path / "AUDIT_SIGNING_KEY_FILE").touch(mode=0o600)
    return settings


@pytest.mark.parametrize("name", ["FIELD_KEYS", "FIELD_SECRET", "ROW_SECURITY", "CONTROL_ROOM", *OF_TRAIL])
def test_production_does_not_start_without_it(kept: Settings, name: str) -> None:
    refuse_to_start(["web", *QUEUES])
    setattr(kept, name, False if name == "ROW_SECURITY" else [] if name.startswith("FIELD") else "")
    with pytest.raises(ImproperlyConfigured, match=name if name in OF_TRAIL else name.split("_")[0]):
        refuse_to_start(["web", *QUEUES])
    if name == "CONTROL_ROOM":
        refuse_to_start(QUEUES)
    if name in OF_TRAIL:
        refuse_to_start(["web", "mail", "hooks", "work"])
    for local in ("DEMO", "DEBUG"):
        setattr(kept, local, True)
        refuse_to_start(["web", *QUEUES])
        setattr(kept, local, False)


def test_a_file_that_cannot_be_written_is_a_broken_promise(kept: Settings, tmp_path: Path) -> None:
    assert list(broken_promises("trail")) == []
    kept.ERASURE_LEDGER, kept.AUDIT_SEAL_FILE = "/proc/no/ledger", "/proc/no/seals"
    kept.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "gone.pem")
    ledger, seals, key = broken_promises("trail")
    assert ledger.startswith("ERASURE_LEDGER (/proc/no/ledger) cannot be written.")
    assert seals.startswith("AUDIT_SEAL_FILE (/proc/no/seals) cannot be written.")
    assert key.startswith("AUDIT_SIGNING_KEY_FILE") and "cannot be read" in key


@pytest.mark.thorough
def test_the_programs_refuse_and_say_what_to_do() -> None:
    """Like containers whose .env lacks a variable."""
    given = dict(os.environ) | services.environment() | {"HTTPS": "1", "SITE_URL": "https://crm.city.example"}
    given["CONTROL_ROOM"] = "0900"
    web, trail = [sys.executable, "-c", "import crm.wsgi"], [sys.executable, "-m", "crm.workers", "trail"]
    started = [
        subprocess.Popen(command, cwd=services.ROOT, env=given | more, stderr=subprocess.PIPE, text=True)
        for command, more in (
            (web, {}),
            (web, {"FIELD_KEYS": "", "CONTROL_ROOM": ""}),
            (trail, {"ERASURE_LEDGER": ""}),
        )
    ]
    errors = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0, 1, 1], errors
    assert "run `manage.py rewrap_keys --new`" in errors[1]
    assert "CONTROL_ROOM is not set. Organisations that are called" in errors[1]
    assert "ERASURE_LEDGER is not set. A restored backup would bring back people" in errors[2]


def test_health_tells_of_an_erasure_that_is_in_no_ledger(client: Client, committed_db: None) -> None:
    with connection.cursor() as cursor:
        assert states()["ledger"] == "up"
        entry = LedgerEntry.objects.create(contact_ids=[])
        assert states()["ledger"] == "up"
        LedgerEntry.objects.filter(pk=entry.pk).update(at=timezone.now() - timedelta(minutes=11))
        assert client.get("/healthz").json()["ledger"] == "down"
        (finding,) = production._standing(cursor)
        assert "An erasure has been missing in its ledger for 11 minutes." in finding
        LedgerEntry.objects.filter(pk=entry.pk).update(written_at=timezone.now())
        assert states()["ledger"] == "up"


def test_health_and_metrics_tell_of_policies_that_are_off(
    client: Client, committed_db: None, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "only-for-metrics"
    for is_on in (True, False):
        guard_rows(connections["owner"], APPLICATION, enabled=is_on)
        connections["owner"].close()
        assert client.get("/healthz").json()["policies"] == ("up" if is_on else "down")
        answer = client.get("/metrics", headers={"Authorization": "Bearer only-for-metrics"}).content.decode()
        assert ("proximity_policies_off 0.0\n" in answer) == is_on
        assert "proximity_encryption 1.0\n" in answer
    settings.FIELD_KEYS = []
    assert client.get("/healthz").json()["encryption"] == "down"


@pytest.mark.parametrize(
    ("is_on", "archived", "failed", "has_replica", "found"),
    [
        (True, 0, None, False, ""),
        (True, 0, 5, False, ""),
        (True, 5, 0, False, "has not archived its changes since 2026-12-01 12:00 UTC"),
        (True, None, 0, False, "archive_command"),
        (True, None, None, False, ""),
        (False, None, None, False, "Changes since the last backup are lost"),
        (False, None, None, True, ""),
    ],
)
def test_changes_are_archived(
    is_on: bool, archived: int | None, failed: int | None, has_replica: bool, found: str
) -> None:
    first, second = (None if ago is None else NOW - timedelta(minutes=ago) for ago in (archived, failed))
    answer = archiving_problem(is_on, first, second, has_replica)
    assert found in answer and bool(found) == bool(answer)


@pytest.mark.django_db
def test_the_application_may_ask_about_the_archive() -> None:
    """The tests' own PostgreSQL has none."""
    with connection.cursor() as cursor:
        assert "Changes since the last backup are lost" in broken_archiving(cursor)
