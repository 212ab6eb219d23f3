"""Nobody gets empty pages because policies and ROW_SECURITY do not fit together (docs/adr/0046)."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections
from pytest_django import Settings

from accounts.actors import actor_for
from contacts.models import Organisation
from crm.database.policies import PoliciesWithoutContext, check_policies
from crm.database.roles import guard_rows
from crm.embedded.postgres import APPLICATION
from crm.health import ask_database
from lib.row_context import acting_as
from tests.factories import make_district, make_officer, make_organisation
from tests.plugins import services


def found() -> list[str]:
    with connection.cursor() as cursor:
        return list(check_policies(cursor))


@pytest.fixture
def off(committed_db: None, settings: Settings) -> Iterator[Settings]:
    """An installation in use that has never had policies."""
    settings.ROW_SECURITY = False
    guard(enabled=False)
    make_officer()
    yield settings
    connections["owner"].close()


def guard(*, enabled: bool) -> None:
    guard_rows(connections["owner"], APPLICATION, enabled=enabled)


def test_policies_that_are_off_are_found(off: Settings) -> None:
    off.ROW_SECURITY = True
    assert found() == ["ROW_SECURITY is 1, but the policies are off. Run prepare_database."]
    guard(enabled=True)
    assert found() == []
    guard(enabled=False)


def test_a_process_without_contexts_is_refused_and_not_answered_with_no_rows(off: Settings) -> None:
    organisation = make_organisation()
    off.ROW_SECURITY = True
    guard(enabled=True)
    assert list(Organisation.objects.all()) == [organisation]
    assert ask_database()["database"] == "up"
    off.ROW_SECURITY = False
    connection.close()
    with pytest.raises(PoliciesWithoutContext, match="Set ROW_SECURITY=1 and restart"):
        Organisation.objects.count()
    with pytest.raises(PoliciesWithoutContext):
        ask_database()
    guard(enabled=False)
    assert Organisation.objects.count() == 1


def test_districts_that_no_trigger_covered_are_covered_when_policies_go_on(off: Settings) -> None:
    district = make_district()
    officer, organisation = make_officer(district), make_organisation(district)
    with services.postgres.connect(str(connection.settings_dict["NAME"])) as superuser:
        superuser.execute("DELETE FROM guard.coverage")
    off.ROW_SECURITY = True
    guard(enabled=True)
    with acting_as(actor_for(officer)):
        assert list(Organisation.objects.all()) == [organisation]


def test_half_a_fence_and_a_changed_secret_are_found(off: Settings) -> None:
    off.ROW_SECURITY = True
    guard(enabled=True)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact DISABLE ROW LEVEL SECURITY")
        (half,) = found()
        cursor.execute("DELETE FROM guard.context_key")
    assert half.startswith("Policies are on for ") and half.endswith("Run prepare_database.")
    assert found()[0] == (
        "The database does not accept contexts signed with this SECRET_KEY. Run prepare_database."
    )
