"""Bulk reads: exactly the rows that the key sees, within what a privacy officer agreed, and recorded."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from api import bulk_reads
from api.models import ApiKey, BulkAgreement
from api.services.bulk_agreements import agree_to_bulk_reads, end_bulk_agreement
from api.services.keys import revoke_key, rotate_key
from audit.models import Action, Event
from contacts.services.contacts import withdraw_contact
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_organisation, make_user

pytestmark = pytest.mark.django_db


def agreed(tool: Tool, rows: int = 10, days: int = 7) -> BulkAgreement:
    officer = actor_for(make_user(Role.PRIVACY_OFFICER))
    return agree_to_bulk_reads(
        actor=officer, key_id=tool.key.pk, rows=rows, days=days, reason="First copy of the platform"
    )


def started(tool: Tool, type: str = "contacts") -> str:
    answer = tool.post("/bulk-reads/", {"type": type})
    assert answer.status_code == 201, answer.content
    assert answer["Location"].endswith(f"/api/v1/bulk-reads/{answer.json()['id']}/")
    return str(answer.json()["id"])


def lines(tool: Tool, pk: str) -> list[Any]:
    answer = tool.get(f"/bulk-reads/{pk}/file/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    return [orjson.loads(line) for line in answer.getvalue().splitlines()]


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("type", bulk_reads.SPECS)
def test_the_file_has_the_rows_of_the_list_and_no_others(type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_reads, "BATCH", 2)
    north = make_district()
    tool = Tool(north)
    people = [make_contact(north) for _n in range(3)]
    withdraw_contact(actor=SYSTEM, contact_id=people[0].pk, version=1)
    for district in (north, north, north, make_district()):
        make_organisation(district)
    make_contact(make_district())
    agreed(tool)
    pk = started(tool, type)
    assert run_next()
    state = tool.get(f"/bulk-reads/{pk}/").json()
    listed = tool.get(f"/{type}/").json()["results"]
    assert (state["type"], state["status"], state["done"]) == (type, "done", len(listed))
    assert lines(tool, pk) == listed
    assert len(listed) == (3 if type in ("contacts", "organisations") else 0)


def test_what_leaves_is_recorded_with_the_reason_before_it_can_be_fetched() -> None:
    tool = Tool(make_district(), daily_contacts=1)
    people = {make_contact(tool.key.districts.get()).pk for _n in range(2)}
    agreement = agreed(tool)
    pk = started(tool)
    run_next()
    event = Event.objects.get(action=Action.EXPORT)
    file = JobFile.objects.get()
    assert (event.actor_id, event.object_type, set(event.object_ids)) == (tool.key.pk, "contact", people)
    assert event.purpose == "First copy of the platform"
    assert event.recipient == f"{tool.key.name} · file sha256:{file.digest}"
    assert event.district_ids == [tool.key.districts.get().pk]
    agreement.refresh_from_db()
    assert agreement.rows_read == 2
    assert len(lines(tool, pk)) == 2  # the daily limit does not apply
    download = Event.objects.filter(action=Action.EXPORT).latest("at")
    assert download.object_ids == [UUID(pk), file.pk]
    assert tool.get("/me/").json()["contacts_left"] == 1


def test_without_an_agreement_or_past_its_end_nothing_leaves() -> None:
    tool, other = Tool(), Tool()
    make_contact()
    agreement = agreed(other)
    refused = (403, "no_bulk_agreement")
    assert problem(tool.post("/bulk-reads/", {"type": "contacts"})) == refused
    pk = started(other)
    run_next()
    assert len(lines(other, pk)) == 1
    assert tool.get(f"/bulk-reads/{pk}/").status_code == 404
    assert tool.get(f"/bulk-reads/{pk}/file/").status_code == 404
    BulkAgreement.objects.update(expires_at=timezone.now())
    assert problem(other.get(f"/bulk-reads/{pk}/file/")) == refused
    assert problem(other.post("/bulk-reads/", {"type": "contacts"})) == refused
    agreement.refresh_from_db()
    assert agreement.rows_read == 1


def test_the_agreement_limits_the_rows_of_all_bulk_reads_together() -> None:
    tool = Tool()
    make_contact()
    agreed(tool, rows=3)
    started(tool)
    assert problem(tool.post("/bulk-reads/", {"type": "contacts"})) == (409, "bulk_read_running")
    run_next()
    make_contact()
    pk = started(tool)
    make_contact()  # after the count: the job itself counts again
    run_next()
    assert tool.get(f"/bulk-reads/{pk}/").json()["status"] == "failed"
    assert tool.get(f"/bulk-reads/{pk}/file/").status_code == 410
    assert Event.objects.filter(action=Action.EXPORT).count() == 1
    answer = tool.post("/bulk-reads/", {"type": "contacts"})
    assert (*problem(answer), answer.json()["remaining"]) == (403, "bulk_quota", 2)


def test_an_agreement_that_ends_or_a_key_that_is_revoked_stops_what_waits() -> None:
    tool = Tool()
    agreement = agreed(tool)
    pk = started(tool)
    end_bulk_agreement(actor=actor_for(agreement.agreed_by), key_id=tool.key.pk)
    run_next()
    assert Job.objects.get(pk=pk).status == "failed"
    agreed(tool)
    pk = started(tool)
    revoke_key(actor=SYSTEM, key_id=tool.key.pk)
    run_next()
    assert (Job.objects.get(pk=pk).status, JobFile.objects.count()) == ("failed", 0)


def test_the_scope_is_that_of_the_rows_and_the_file_comes_when_it_is_ready() -> None:
    tool = Tool(scopes=("organisations:read",))
    make_organisation()
    agreed(tool)
    assert problem(tool.post("/bulk-reads/", {"type": "contacts"})) == (403, "missing_scope")
    assert tool.post("/bulk-reads/", {"type": "staff"}).status_code == 400
    first, again = (
        tool.post("/bulk-reads/", {"type": "organisations"}, idempotency_key="one") for _n in range(2)
    )
    assert (first.json()["id"], again["Idempotent-Replayed"]) == (again.json()["id"], "true")
    pk = first.json()["id"]
    assert problem(tool.get(f"/bulk-reads/{pk}/file/")) == (409, "not_ready")
    run_next()
    assert len(lines(tool, pk)) == 1
    JobFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert problem(tool.get(f"/bulk-reads/{pk}/file/")) == (410, "gone")
    assert tool.get(f"/bulk-reads/{pk}/").json()["files"] == []


def test_only_a_second_person_of_privacy_agrees_and_with_sense() -> None:
    tool = Tool()
    privacy = make_user(Role.PRIVACY_OFFICER)
    given: dict[str, Any] = {"key_id": tool.key.pk, "rows": 5, "days": 7, "reason": "A first copy"}
    for role in (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.OFFICER):
        with pytest.raises((PermissionDenied, ApiKey.DoesNotExist)):
            agree_to_bulk_reads(actor=actor_for(make_user(role)), **given)
    for wrong in ({"rows": 0}, {"days": 366}, {"reason": "…"}):
        with pytest.raises(ValidationError):
            agree_to_bulk_reads(actor=actor_for(privacy), **(given | wrong))
    first = agree_to_bulk_reads(actor=actor_for(privacy), **given)
    second = agree_to_bulk_reads(actor=actor_for(privacy), **given)
    first.refresh_from_db()
    assert (first.ended_at is None, second.ended_at is None) == (False, True)
    ApiKey.objects.update(created_by=privacy)
    with pytest.raises(PermissionDenied):
        agree_to_bulk_reads(actor=actor_for(privacy), **given)


def test_a_key_that_must_be_confirmed_again_loses_its_agreement() -> None:
    tool = Tool()
    agreed(tool)
    creator = make_user(Role.ADMINISTRATOR, is_active=False)
    ApiKey.objects.update(created_by=creator)
    rotate_key(actor=actor_for(make_user(Role.ADMINISTRATOR)), key_id=tool.key.pk)
    assert not BulkAgreement.objects.in_force(timezone.now()).exists()


def test_a_privacy_officer_agrees_and_ends_on_the_page_of_the_key(client: Client) -> None:
    tool = Tool()
    client.force_login(make_user(Role.PRIVACY_OFFICER, name="Dana Poe"))
    page = f"/settings/keys/{tool.key.pk}/"
    assert "not agreed" in client.get(page).content.decode()
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    assert client.post(f"{page}bulk/", {"rows": "0", "days": "7", "reason": "Copy"}).status_code == 422
    assert client.post(f"{page}bulk/", {"rows": "9", "days": "7", "reason": "Copy"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "9 more rows until" in shown
    assert "agreed by Dana Poe" in shown
    client.post(f"{page}bulk/end/")
    assert "not agreed" in client.get(page).content.decode()
