"""Requests of a person for tests: received, identified and searched, and a signed-in client."""

from typing import Any

from django.test import Client

from accounts.actors import Actor
from accounts.models import User
from jobs.services.running import run_next
from lib.days import city_today
from privacy.codes import Identity, RequestStatus
from privacy.models import DataRequest, Finding
from privacy.services import requests as services
from tests.contacts.pages import browse
from tests.factories import (
    PASSWORD,
)

TERMS = {"names": ["Leila Haddad"], "phones": ["+44 114 496 0648"], "emails": [], "organisations": []}
FACTS = "Leila Haddad opens on Tuesdays. Her cousin Samir was asked."


def receive(actor: Actor, **fields: Any) -> DataRequest:
    given: dict[str, Any] = {
        "terms": TERMS, "regimes": ["gdpr", "led"], "kind": "access", "channel": "letter",
        "received_on": city_today(),
    }  # fmt: skip
    return services.receive_request(actor=actor, **given | fields)


def identified(actor: Actor, **fields: Any) -> DataRequest:
    row = receive(actor, **fields)
    return services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.IN_PERSON)


def searched(actor: Actor, **fields: Any) -> DataRequest:
    """A request of which the search has run."""
    row = services.start_search(actor=actor, request_id=identified(actor, **fields).pk)
    assert run_next()
    row.refresh_from_db()
    assert row.status == RequestStatus.DECIDING
    return row


def findings(row: DataRequest) -> dict[tuple[str, str], Finding]:
    return {(one.model, one.field): one for one in Finding.objects.of_request(row)}


def sure(user: User) -> Client:
    client = browse(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client
