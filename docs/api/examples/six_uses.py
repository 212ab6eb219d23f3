"""Six uses of the API with the client that openapi-python-client generates from docs/openapi.yaml.

    openapi-python-client generate --path docs/openapi.yaml --output-path proximity --meta none
    SITE=http://127.0.0.1:8000 KEY=crm_… DISTRICT=N1 FEED=http://…/meetings.ics HOOK=https://… \
        python docs/api/examples/six_uses.py

tests/api/test_generated_clients.py runs it as it is.
"""

# ruff: noqa: S101  # the example checks itself
import json
import os
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from proximity.api.changes import get_changes
from proximity.api.meetings import create_meeting, update_meeting
from proximity.api.officers import list_officers
from proximity.api.organisations import create_organisations, list_organisations
from proximity.api.webhooks import create_webhook
from proximity.client import AuthenticatedClient
from proximity.models import (
    Change,
    KindCode,
    Meeting,
    MeetingInput,
    MeetingKindCode,
    MeetingOrganisationInput,
    MeetingPatch,
    MeetingStatusCode,
    OrganisationInput,
    OutcomeCode,
    Webhook,
    WebhookInput,
)

SITE, DISTRICT = os.environ["SITE"], os.environ["DISTRICT"]
client = AuthenticatedClient(f"{SITE}/api/v1", os.environ["KEY"], raise_on_unexpected_status=True)


def import_organisations() -> list[UUID]:
    """A batch: all or none. Sent again with the same key it is done once."""
    names = ["Rainbow House", "Harbour School"]
    body = [
        OrganisationInput(name=name, kind=kind, home_district=DISTRICT)
        for name, kind in zip(names, (KindCode.NGO, KindCode.SCHOOL), strict=True)
    ]
    first, again = (
        create_organisations.sync(client=client, body=body, idempotency_key="register-2026-11")
        for _ in range(2)
    )
    assert first == again
    return [row.id for row in first.results]


def log_meeting(organisation: UUID) -> Meeting:
    officer = list_officers.sync(client=client, limit=1).results[0]
    body = MeetingInput(
        subject="Visit after the summer",
        kind=MeetingKindCode.VISIT,
        status=MeetingStatusCode.HELD,
        starts_at=datetime.now(UTC) - timedelta(hours=2),
        duration_minutes=45,
        district=DISTRICT,
        organisations=[MeetingOrganisationInput(organisation=organisation, present=True)],
        officers=[officer.id],
        outcomes=[OutcomeCode.ACTION_AGREED],
    )
    found = create_meeting.sync(client=client, body=body)
    assert isinstance(found, Meeting)
    return found


def correct(meeting: Meeting) -> Meeting:
    """If-Match says which version is meant: who is late is told so, and overwrites nothing."""
    stale = f'"{meeting.version}"'
    found = update_meeting.sync(
        meeting.id, client=client, body=MeetingPatch(duration_minutes=50), if_match=stale
    )
    assert isinstance(found, Meeting) and found.duration_minutes == 50
    late = update_meeting.sync_detailed(
        meeting.id, client=client, body=MeetingPatch(duration_minutes=55), if_match=stale
    )
    assert late.status_code == 412 and late.headers["ETag"].startswith(f'"{found.version}-')
    return found


def cursor_now() -> str:
    return _cursor(get_changes.sync(client=client, cursor="latest").next_)


def sync_until(cursor: str, meeting: Meeting) -> Change:
    """Read the change feed on from a cursor until it tells of this version of the meeting."""
    for _ in range(100):
        page = get_changes.sync(client=client, cursor=cursor, types="organisations,meetings")
        for change in page.results:
            if change.id == meeting.id and change.version == meeting.version:
                return change
        cursor = _cursor(page.next_)
        if not page.results:
            time.sleep(0.2)
    raise SystemExit("The change never came.")


def _cursor(address: str) -> str:
    return httpx.URL(address).params["cursor"]


def subscribe_to_calendar() -> None:
    """A calendar asks again and again: 304 while nothing changed."""
    first = httpx.get(os.environ["FEED"])
    assert first.text.startswith("BEGIN:VCALENDAR")
    assert httpx.get(os.environ["FEED"], headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def subscribe_to_webhook() -> Webhook:
    found = create_webhook.sync(client=client, body=WebhookInput(name="Platform", url=os.environ["HOOK"]))
    assert isinstance(found, Webhook)
    return found


if __name__ == "__main__":
    start = cursor_now()
    webhook = subscribe_to_webhook()
    organisations = import_organisations()
    listed = list_organisations.sync(client=client, kind="ngo,school", fields="name").results
    assert {row.id for row in listed} >= set(organisations)
    meeting = correct(log_meeting(organisations[0]))
    change = sync_until(start, meeting)
    subscribe_to_calendar()
    print(json.dumps({"meeting": str(meeting.id), "seq": change.seq, "secret": webhook.secret}))
