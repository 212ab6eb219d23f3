"""`/.well-known/security.txt` (RFC 9116)."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from crm import variable_checks

pytestmark = pytest.mark.django_db

PATH = "/.well-known/security.txt"


def test_who_finds_a_vulnerability_learns_where_to_report_it(client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = "mailto:security@city.example"
    settings.SECURITY_EXPIRES = date(2027, 6, 30)
    settings.SECURITY_POLICY_URL = "https://city.example/disclosure"
    settings.SITE_URL = "https://crm.city.example"
    answer = client.get(PATH)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:security@city.example",
        "Expires: 2027-06-30T00:00:00Z",
        "Policy: https://city.example/disclosure",
        "Preferred-Languages: en",
        "Canonical: https://crm.city.example/.well-known/security.txt",
    ]


def test_without_a_contact_there_is_no_file(client: Client) -> None:
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    "contact", ["security@city.example", "ftp://city.example", "mailto:", "mailto:a@b\nX: y"]
)
def test_a_contact_is_a_link(contact: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT"):
        variable_checks.contact("SECURITY_CONTACT", contact)


@pytest.mark.parametrize(
    ("value", "needed", "found"),
    [
        ("2027-06-30", True, date(2027, 6, 30)),
        ("", False, None),
        ("", True, None),
        ("30/06/2027", True, None),
    ],
)
def test_a_contact_needs_a_day_when_it_expires(value: str, needed: bool, found: Any) -> None:
    if needed and not found:
        with pytest.raises(ImproperlyConfigured, match="SECURITY_EXPIRES: enter a day"):
            variable_checks.expiry("SECURITY_EXPIRES", value, needed=needed)
    else:
        assert variable_checks.expiry("SECURITY_EXPIRES", value, needed=needed) == found
