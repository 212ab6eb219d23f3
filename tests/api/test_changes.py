"""The change feed: changes in the actor's districts in commit order, and rows that left the districts."""

import base64
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from api.queries.changes import _EPOCH, epoch
from audit.models import Change, Event, TrailPosition
from contacts.merging.services import merge_contacts, merge_organisations, undo_merge
from contacts.services.contacts import erase_contact
from contacts.services.organisations import edit_organisation
from tests.api.clients import Tool
from tests.audit.numbering import publish_all
from tests.factories import make_contact, make_district, make_meeting, make_organisation


def read(tool: Tool, url: str = "/changes/") -> tuple[list[dict[str, Any]], str]:
    body = tool.get(url).json()
    return body["results"], body["next"].split("/api/v1")[1]


@pytest.fixture(autouse=True)
def committed(committed_db: None) -> None:
    """Commit and number the rows."""


def test_a_reader_goes_on_where_it_stopped_and_sees_each_change_once() -> None:
    north = make_district()
    tool = Tool(north)
    first = tool.post("/organisations/", {"name": "One", "kind": "ngo", "home_district": north.code}).json()
    publish_all()
    rows, cursor = read(tool)
    assert [(row["type"], row["id"], row["op"], row["by_this_key"]) for row in rows] == [
        ("organisations", first["id"], "created", True)
    ]
    assert read(tool, cursor)[0] == []
    tool.patch(f"/organisations/{first['id']}/", {"name": "Two", "version": 1})
    make_organisation(north)
    publish_all()
    rows, cursor = read(tool, cursor)
    assert [(row["op"], row["version"], row["by_this_key"]) for row in rows] == [
        ("updated", 2, True),
        ("created", 1, False),
    ]
    assert not {"name", "title", "subject"} & set(rows[0])


def test_changes_elsewhere_are_not_shown_and_what_leaves_is_out_of_scope() -> None:
    north, south = make_district(), make_district()
    moving = make_organisation(north)
    make_organisation(south)
    publish_all()
    northern, southern = Tool(north), Tool(south)
    _rows, cursor = read(northern)
    edit_organisation(actor=SYSTEM, organisation_id=moving.pk, home_district=south)
    publish_all()
    rows, _cursor = read(northern, cursor)
    assert [(row["id"], row["op"]) for row in rows] == [(str(moving.pk), "out_of_scope")]
    assert [row["op"] for row in read(southern)[0]] == ["created", "updated"]


def test_types_are_chosen_and_need_their_scope() -> None:
    north = make_district()
    make_organisation(north)
    publish_all()
    tool = Tool(north, scopes=("changes:read", "meetings:read"))
    assert read(tool)[0] == []
    assert read(tool, "/changes/?types=meetings")[0] == []
    assert tool.get("/changes/?types=organisations").status_code == 403
    assert tool.get("/changes/?types=people").status_code == 400


def test_the_latest_cursor_starts_at_the_end() -> None:
    north = make_district()
    make_organisation(north)
    publish_all()
    tool = Tool(north)
    rows, cursor = read(tool, "/changes/?cursor=latest")
    assert rows == []
    found = make_organisation(north)
    publish_all()
    assert [row["id"] for row in read(tool, cursor)[0]] == [str(found.pk)]


def test_a_cursor_older_than_400_days_is_gone_and_nonsense_is_refused() -> None:
    north = make_district()
    make_organisation(north)
    event = Event.objects.latest("id")
    old = Change(
        event=event, at=timezone.now() - timedelta(days=401), object_type="meeting", object_id=north.pk,
        op="created", version=1, district_ids=[north.pk], content_hash=b"",
    )  # fmt: skip
    old.save(using="owner")
    publish_all()
    tool = Tool(north)
    start = TrailPosition.objects.get(change=old).seq - 1
    from api.changes import write_cursor

    assert tool.get(f"/changes/?cursor={write_cursor(start)}").status_code == 410
    assert tool.get(f"/changes/?cursor={write_cursor(start + 1)}").status_code == 200
    assert old.pk not in [row["id"] for row in read(tool)[0]]
    for nonsense in ("x", "é", write_cursor(10**9), "Yzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert tool.get(f"/changes/?cursor={nonsense}").status_code == 400


def test_a_page_says_whether_there_is_more_now() -> None:
    north = make_district()
    for _number in range(3):
        make_organisation(north)
    publish_all()
    tool = Tool(north)
    pages = [tool.get("/changes/?limit=2").json()]
    pages.append(tool.get(pages[0]["next"].split("/api/v1")[1]).json())
    assert [(len(page["results"]), page["has_more"]) for page in pages] == [(2, True), (1, False)]


def test_a_cursor_of_a_time_before_a_restore_is_refused_and_one_of_the_version_before_is_taken() -> None:
    make_organisation(make_district())
    publish_all()
    tool, here = Tool(), epoch()
    settings = connection.get_connection_params() | {"dbname": "postgres"}
    known = {
        name: settings[name] for name in ("host", "port", "user", "password", "dbname") if name in settings
    }
    with psycopg.connect(**known) as elsewhere:  # another database of the same server, as a restore makes one
        row: Any = elsewhere.execute(_EPOCH).fetchone()
    assert row[0] != here

    def written(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    refused = tool.get(f"/changes/?cursor={written(f'c1.{row[0]}')}")
    assert (refused.status_code, refused.json()["code"]) == (410, "feed_restarted")
    assert "Fetch everything again" in refused.json()["detail"]
    assert tool.get(f"/changes/?cursor={written(f'c1.{here}')}").status_code == 200
    for odd in ("c1", "c1.", "c1.zz", f"c1.{here}0", "c"):
        assert tool.get(f"/changes/?cursor={written(odd)}").status_code == 400


def test_what_belongs_to_an_organisation_that_moves_comes_and_leaves_with_it() -> None:
    north, south = make_district(), make_district()
    moving = make_organisation(north)
    contact = make_contact(south, moving)
    held = make_meeting(south, moving)
    publish_all()
    northern, southern = Tool(north), Tool(south)
    _rows, cursor = read(northern)
    _rows, southern_cursor = read(southern)
    edit_organisation(actor=SYSTEM, organisation_id=moving.pk, home_district=south)
    publish_all()
    left = {(row["type"], row["id"], row["op"]) for row in read(northern, cursor)[0]}
    assert left == {
        ("organisations", str(moving.pk), "out_of_scope"),
        ("contacts", str(contact.pk), "out_of_scope"),
        ("meetings", str(held.pk), "out_of_scope"),
    }
    came = {row["id"] for row in read(southern, southern_cursor)[0]}
    assert came == {str(moving.pk), str(contact.pk), str(held.pk)}


def a_year_of_changes(north: Any, south: Any) -> dict[str, tuple[str, str | None]]:
    """Change rows in many ways. Return what a copy of `north` must know at the end: ID → `op`, `into`."""
    kept, gone, back, moving = (make_organisation(north) for _n in range(4))
    for row in (gone, back, moving):
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, name=f"Called {row.pk}")
    merge_organisations(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 1, gone.pk: 2})
    undone = merge_organisations(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 2, back.pk: 2})
    undo_merge(actor=SYSTEM, merge_id=undone.pk)
    edit_organisation(actor=SYSTEM, organisation_id=moving.pk, home_district=south)
    stays, same = make_contact(north), make_contact(north)
    merge_contacts(actor=SYSTEM, kept_id=stays.pk, versions={stays.pk: 1, same.pk: 1})
    left = make_contact(north)
    erase_contact(actor=SYSTEM, contact_id=left.pk)
    return {
        str(kept.pk): ("updated", None),
        str(gone.pk): ("merged", str(kept.pk)),
        str(back.pk): ("created", None),
        str(moving.pk): ("out_of_scope", None),
        str(stays.pk): ("updated", None),
        str(same.pk): ("merged", str(stays.pk)),
        str(left.pk): ("erased", None),
    }


def test_a_copy_ends_up_the_same_whatever_the_size_of_its_pages() -> None:
    north, south = make_district(), make_district()
    wanted = a_year_of_changes(north, south)
    publish_all()
    tool = Tool(north)
    whole, _end = read(tool, "/changes/?limit=200")
    assert 10 < len(whole) < 200
    for limit in range(1, len(whole) + 1):
        rows: list[dict[str, Any]] = []
        page, cursor = read(tool, f"/changes/?limit={limit}")
        while page:
            rows += page
            page, cursor = read(tool, cursor)
        assert rows == whole, f"pages of {limit}"
        assert {row["id"]: (row["op"], row.get("into")) for row in rows} == wanted
