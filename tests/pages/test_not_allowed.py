"""A GET on a POST-only URL shows a page, not the browser's own error."""

import re

import pytest
from django.test import Client

from tests.factories import make_district, make_officer

pytestmark = pytest.mark.django_db


def test_an_address_for_forms_says_so_and_leads_back(client: Client) -> None:
    client.force_login(make_officer(make_district()))
    answer = client.get("/organisations/new/similar/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "You cannot open this page directly" in page
    assert 'href="/"' in page


def test_the_machines_door_answers_as_before(client: Client) -> None:
    assert "html" not in client.put("/api/v1/organisations/").headers["Content-Type"]


def test_a_refused_page_says_so_and_a_refused_write_that_nothing_was_changed(client: Client) -> None:
    client.force_login(make_officer(make_district()))
    page, write = client.get("/settings/districts/import/"), client.post("/settings/districts/import/")
    assert (page.status_code, write.status_code) == (403, 403)
    assert "do not give you access to this page" in page.text and "Nothing was changed" not in page.text
    assert "Nothing was changed" in write.text and "You can view this" not in page.text + write.text


@pytest.mark.parametrize("address", ["/organisations/?last_met_before=soon", "/follow-ups/?due_before=soon"])
def test_a_wrong_filter_asks_to_correct_it_and_never_says_that_there_is_nothing_yet(
    client: Client, address: str
) -> None:
    client.force_login(make_officer(make_district()))
    answer = client.get(address)
    assert answer.status_code == 422
    assert "Correct the filter to see the list." in answer.text
    assert not re.search(r"<h2>No [a-z-]+ yet", answer.text)
