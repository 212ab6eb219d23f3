"""Behind PgBouncer in transaction mode: sign-in, API, contacts, exports and imports on five connections."""

import os
import subprocess
import sys
import threading

import pytest
from django.db import connection, connections

from contacts.models import Organisation
from crm.embedded.testing import find_program
from lib.matching import matching
from lib.row_context import act_as_system
from tests.factories import make_district, make_organisation
from tests.plugins import services

# Features at risk: sessions, lists and prepared statements, server-side cursors, many transactions.
PARTS = (
    "tests/accounts/test_sign_in.py",
    "tests/accounts/test_sessions.py",
    "tests/api/test_changes.py",
    "tests/api/test_lists.py",
    "tests/contacts/test_reasons.py",
    "tests/exchange/test_export_lists.py::test_a_list_leaves_whole_and_in_the_trail",
    "tests/exchange/test_import_joins.py",
    "tests/crm/test_pooler.py::test_a_search_forgives_a_wrong_letter_in_every_session",
)
SESSIONS = 12  # more than the number of connections


def test_a_search_forgives_a_wrong_letter_in_every_session(committed_db: None) -> None:
    """The threshold belongs to the role, because a pooler does not pass on connection options."""
    make_organisation(make_district(), name="Mezquita Central")
    found = []

    def search() -> None:
        act_as_system()
        for _ in range(5):
            found.append(matching(Organisation.objects.all(), "mezqita").count())
            with connection.cursor() as cursor:
                cursor.execute("SHOW pg_trgm.word_similarity_threshold")
                assert cursor.fetchone() == ("0.45",)
        connections.close_all()

    threads = [threading.Thread(target=search) for _ in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 5 * SESSIONS


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.skipif(not find_program("pgbouncer"), reason="pgbouncer is not installed (Debian: pgbouncer)")
def test_accounts_the_api_and_contacts_work_behind_pgbouncer() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", *PARTS],
        cwd=services.ROOT,
        env=environment | {"TEST_POOLER": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
