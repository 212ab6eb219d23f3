"""With policies, the database answers as before if a query forgets `visible_to`. A sample of each run.

`python -m tests.architecture.one_visible_to` removes every use (docs/threat-model.md).
"""

import random
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import User
from crm.database import cursors
from lib.row_context import acting_as, signed
from tests.architecture.one_visible_to import uses
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.plugins.one_visible_to import FENCED, watched

PAGES: Final = ("/", "/organisations/", "/contacts/", "/meetings/", "/search/?q=zebra")
SAMPLE: Final = 3  # uses of each page
HIDDEN: Final = "Zebra of elsewhere"


@pytest.fixture(scope="module")
def officer(guarded_db: None) -> User:
    here, there = make_district(), make_district()
    officer = make_officer(here)
    for district, name in ((here, "Zebra of ours"), (there, HIDDEN)):
        organisation = make_organisation(district, name=name, lead_officer=officer)
        make_contact(district, organisation, given_name=name)
        make_meeting(district, organisation, subject=name, officers=[officer])
    return officer


@pytest.fixture
def pages(officer: User) -> Iterator[Any]:
    client = Client()
    client.force_login(officer)
    yield lambda address: client.get(address).content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_that_forgets_a_visible_to_shows_nothing_else(pages: Any, address: str) -> None:
    with watched() as found:
        assert "Zebra of ours" in pages(address) and HIDDEN not in pages(address)
        fenced = sorted(use for use, places in found.reached.items() if FENCED in places)
        assert fenced
        for use in random.sample(fenced, min(SAMPLE, len(fenced))):
            with found.without(use, FENCED):
                page = pages(address)
            assert "Zebra of ours" in page, use
            assert HIDDEN not in page, use


@pytest.mark.django_db
def test_the_same_page_without_policies_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Policies let every row through if the database takes each statement for one of the system."""
    with acting_as(SYSTEM):
        everything = signed()
    monkeypatch.setattr(cursors, "signed", lambda: everything)
    officer = make_user("supervisor", make_district())
    make_organisation(make_district(), name=HIDDEN)
    client = Client()
    client.force_login(officer)
    with watched() as found:
        client.get("/organisations/")
        shown = []
        for use in [use for use, places in found.reached.items() if FENCED in places]:
            with found.without(use, FENCED):
                shown += [use] if HIDDEN in client.get("/organisations/").content.decode() else []
    assert shown


def test_uses_that_name_a_table_with_policies_are_found() -> None:
    found = list(uses())
    assert len(found) > 200
    assert any(use.startswith("pages/organisations/views.py:") for use in found)
