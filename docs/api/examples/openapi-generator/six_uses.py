"""Six uses of the API with the Python client that openapi-generator makes; docs/api/guide.md says how."""

# ruff: noqa: S101, S310  # the example checks itself, and opens the address it was given
import json
import os
import time
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import proximity

DISTRICT = os.environ["DISTRICT"]
client = proximity.ApiClient(
    proximity.Configuration(host=os.environ["SITE"] + "/api/v1", access_token=os.environ["KEY"])
)
changes, meetings = proximity.ChangesApi(client), proximity.MeetingsApi(client)
organisations, webhooks = proximity.OrganisationsApi(client), proximity.WebhooksApi(client)


def cursor_of(address):
    return parse_qs(urlsplit(address).query)["cursor"][0]


def import_organisations():
    """A batch: all or none. Sent again with the same key it is done once."""
    body = [
        proximity.OrganisationInput(name=name, kind=kind, home_district=DISTRICT)
        for name, kind in (("Rainbow House", "ngo"), ("Harbour School", "school"))
    ]
    first, again = (organisations.create_organisations(body, idempotency_key="register") for _ in range(2))
    ids = [row.id for row in first.results]
    assert ids == [row.id for row in again.results]
    return ids


def log_meeting(organisation):
    officer = proximity.OfficersApi(client).list_officers(limit=1).results[0]
    return meetings.create_meeting(
        proximity.MeetingInput(
            subject="Visit after the summer",
            kind="visit",
            status="held",
            starts_at=datetime.now(UTC) - timedelta(hours=2),
            duration_minutes=45,
            district=DISTRICT,
            organisations=[proximity.MeetingOrganisationInput(organisation=organisation, present=True)],
            officers=[officer.id],
            outcomes=["action_agreed"],
        )
    )


def correct(meeting):
    """If-Match says which version is meant: who is late is told so, and overwrites nothing."""
    stale = f'"{meeting.version}"'

    def change(minutes):
        patch = proximity.MeetingPatch(duration_minutes=minutes)
        return meetings.update_meeting(meeting.id, if_match=stale, meeting_patch=patch)

    found = change(50)
    try:
        change(55)
    except proximity.ApiException as error:
        assert error.status == 412
    else:
        raise AssertionError("An outdated version was overwritten.")
    return found


def sync_until(cursor, meeting):
    """Read the change feed on from a cursor until it tells of this version of the meeting."""
    for _ in range(100):
        page = changes.get_changes(cursor=cursor, types="organisations,meetings")
        for change in page.results:
            if change.id == meeting.id and change.version == meeting.version:
                return change
        cursor = cursor_of(page.next)
        if not page.results:
            time.sleep(0.2)
    raise SystemExit("The change never came.")


def subscribe_to_calendar():
    """A calendar asks again and again: 304 while nothing changed."""
    with urlopen(os.environ["FEED"]) as first:
        assert first.read().startswith(b"BEGIN:VCALENDAR")
        tag = first.headers["ETag"]
    try:
        urlopen(Request(os.environ["FEED"], headers={"If-None-Match": tag}))
    except HTTPError as answer:
        assert answer.code == 304


start = cursor_of(changes.get_changes(cursor="latest").next)
webhook = webhooks.create_webhook(proximity.WebhookInput(name="Platform", url=os.environ["HOOK"]))
made = import_organisations()
listed = organisations.list_organisations(kind="ngo,school").results
assert {row.id for row in listed} >= set(made)
meeting = correct(log_meeting(made[0]))
change = sync_until(start, meeting)
subscribe_to_calendar()
print(json.dumps({"meeting": str(meeting.id), "seq": change.seq, "secret": webhook.secret}))
