"""Help for officers about privacy: what to do, with links that lead there."""

import re

import pytest
from django.test import Client

from tests.contacts.pages import browse
from tests.factories import make_district, make_officer

pytestmark = pytest.mark.django_db


def test_the_questions_are_answered_and_linked_from_help() -> None:
    client = browse(make_officer(make_district("North")))
    assert "/help/privacy/" in client.get("/help/").content.decode()
    page = client.get("/help/privacy/").content.decode()
    assert re.findall(r'<h2 id="(\w+)"', page) == ["erasure", "phone", "never", "review", "readers"]
    for link in re.findall(r"<main.*</main>", page, re.DOTALL)[0].split('href="')[1:]:
        address = link.split('"')[0]
        assert client.get(address).status_code == 200, address


def test_help_about_public_pages_is_linked_from_help() -> None:
    client = browse(make_officer(make_district("North")))
    assert "/help/public/" in client.get("/help/").content.decode()
    page = client.get("/help/public/").content.decode()
    assert re.findall(r'<h2 id="(\w+)"', page) == ["writing", "testing", "names", "directory"]


def test_who_is_not_signed_in_is_asked_to_sign_in() -> None:
    for name in ("privacy", "public"):
        assert Client().get(f"/help/{name}/").status_code == 302
