"""Requests that are decided, and erasures that have run, for tests."""

from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from contacts.models import Contact
from districts.models import District
from jobs.models import Job, JobStatus
from jobs.services.running import run_next
from privacy.codes import Identity, Verdict
from privacy.models import DataRequest, Erasure, Finding
from privacy.services import requests as services
from privacy.services.erasures import ask_erasure
from privacy.services.findings import decide_finding
from tests.factories import (
    make_contact,
)
from tests.privacy.making import confirm_pending

NAME, PHONE = "Leila Haddad", "+44 114 496 0648"
FACTS = "Leila Haddad opens on Tuesdays. Ask Leyla Hadad, 0114 496 0648. Her cousin Samir was asked."


def make_leila(north: District, **fields: Any) -> Contact:
    return make_contact(north, given_name="Leila", family_name="Haddad", **fields)


def decided(actor: Actor, kind: str = "erase") -> DataRequest:
    """A request of Leila Haddad of which all findings are theirs."""
    row = services.receive_request(
        actor=actor,
        terms={"names": [NAME], "phones": [PHONE]},
        regimes=["gdpr"],
        kind=kind,
        channel="letter",
        received_on=timezone.localdate(),
    )
    services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.IN_PERSON)
    services.start_search(actor=actor, request_id=row.pk)
    assert run_next()
    for finding in Finding.objects.of_request(row):
        decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.THEIRS)
    row.refresh_from_db()
    return row


def erased(actor: Actor, row: DataRequest, *, by_two: bool = False) -> Erasure:
    """Erase the person of a request; `by_two` if a second person has to confirm it."""
    made = ask_erasure(actor=actor, request_id=row.pk)
    if by_two:
        assert made.job is None
        confirm_pending(made.pk, delayed=False)
        made.refresh_from_db()
    assert run_next()
    assert not Finding.objects.of_request(row).with_text().exists()
    job = Job.objects.get(pk=str(made.job))
    assert job.status == JobStatus.DONE, (job.error, job.message)
    made.refresh_from_db()
    return made
