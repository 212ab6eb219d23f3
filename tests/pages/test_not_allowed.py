"""A GET on a POST-only URL shows a page, not the browser's own error."""

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
