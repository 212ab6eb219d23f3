"""The organisations resource in full. The other resources share its mixins."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from audit.models import Action, Change, Event
from contacts.models import Organisation
from lib.ids import uuid7
from tests.api.clients import Tool
from tests.factories import make_district, make_organisation, make_user

pytestmark = pytest.mark.django_db


def body(**fields: Any) -> dict[str, Any]:
    return {"name": "Rainbow House", "kind": "lgbt_organisation", **fields}


def test_an_organisation_is_created_read_changed_and_archived() -> None:
    north = make_district()
    tool = Tool(north)
    focuses = [{"focus": "lgbti", "declared_by": "chair", "declared_on": "2026-05-02"}]
    created = tool.post("/organisations/", body(home_district=north.code, focuses=focuses, cadence_days=30))
    assert created.status_code == 201, created.json()
    row = created.json()
    assert created["Location"].endswith(f"/api/v1/organisations/{row['id']}/")
    assert row["home_district"] == north.code
    assert row["focuses"][0]["declared_on"] == "2026-05-02"

    read = tool.get(f"/organisations/{row['id']}/")
    assert read.json() == row
    assert read["ETag"] == created["ETag"]
    assert tool.get(f"/organisations/{row['id']}/", if_none_match=read["ETag"]).status_code == 304

    changed = tool.patch(f"/organisations/{row['id']}/", {"phone": "+34911234567"}, if_match=read["ETag"])
    assert changed.status_code == 200, changed.json()
    assert (changed.json()["phone"], changed.json()["version"]) == ("+34911234567", 2)

    stale = tool.patch(f"/organisations/{row['id']}/", {"phone": ""}, if_match=read["ETag"])
    assert stale.status_code == 412
    assert stale["ETag"] == changed["ETag"]
    assert tool.patch(f"/organisations/{row['id']}/", {"phone": ""}).status_code == 428

    assert tool.delete(f"/organisations/{row['id']}/", if_match='"2"').status_code == 204
    assert Organisation.objects.get(pk=row["id"]).status == "closed"
    ops = list(Change.objects.filter(object_id=row["id"]).order_by("id").values_list("op", flat=True))
    assert ops == ["created", "updated", "archived"]


def test_numbers_are_written_and_found_only_in_ones_districts_and_a_persons_number_is_refused() -> None:
    north = make_district()
    tool, stranger = Tool(north), Tool(make_district())
    numbers = [
        {"as_written": "a-58818501"},
        {"register": "Charities", "country": "GB", "as_written": "1048995-7"},
    ]
    created = tool.post("/organisations/", body(home_district=north.code, numbers=numbers))
    assert created.status_code == 201, created.json()
    kept = {
        one["register"]: (one["country"], one["compact"], one["valid"]) for one in created.json()["numbers"]
    }
    assert kept == {"tax": ("ES", "A58818501", "yes"), "Charities": ("GB", "10489957", "unknown")}

    path, version = f"/organisations/{created.json()['id']}/", created["ETag"]
    for query in ("A58818501", "a 5881 8501", "1048995 7"):
        found = {
            one: one.get(f"/organisations/?number={query}").json()["results"] for one in (tool, stranger)
        }
        assert [row["id"] for row in found[tool]] == [created.json()["id"]]
        assert found[stranger] == []

    refused = tool.patch(path, {"numbers": [{"as_written": "12345678Z"}]}, if_match=version)
    assert refused.status_code == 400, refused.json()
    assert "person's number" in refused.json()["errors"][0]["detail"]
    assert refused.json()["errors"][0]["pointer"].startswith("/numbers")
    assert tool.get(path).json()["numbers"] == created.json()["numbers"]
    assert tool.patch(path, {"numbers": []}, if_match=version).json()["numbers"] == []


def test_a_write_reads_the_row_once_and_its_service_locks_it_once() -> None:
    north = make_district()
    tool, row = Tool(north), make_organisation(north)
    path = f"/organisations/{row.pk}/"
    with CaptureQueriesContext(connection) as asked:
        changed = tool.patch(path, {"phone": "+34911234567"}, if_match='"1"')
    assert changed.status_code == 200
    read = [one["sql"] for one in asked if one["sql"].startswith("SELECT") and '"access_needs"' in one["sql"]]
    assert [" FOR UPDATE" in sql for sql in read] == [
        False,
        True,
        False,
    ]  # before it, in the service, in the response


def test_a_deletion_of_an_outdated_version_is_told_the_current_one() -> None:
    north = make_district()
    tool, row = Tool(north), make_organisation(north, version=3)
    refused = tool.delete(f"/organisations/{row.pk}/", if_match='"2"')
    assert (refused.status_code, refused.json()["code"]) == (412, "stale")
    assert refused["ETag"] == tool.get(f"/organisations/{row.pk}/")["ETag"]
    assert tool.delete(f"/organisations/{row.pk}/", if_match=refused["ETag"]).status_code == 204


def test_a_list_is_walked_by_cursor_and_says_where_it_goes_on() -> None:
    district = make_district()
    ids = [str(make_organisation(district).pk) for _ in range(5)]
    tool = Tool(district)
    seen: list[str] = []
    url: str | None = "/organisations/?limit=2"
    while url:
        answer = tool.get(url)
        seen += [row["id"] for row in answer.json()["results"]]
        url = answer.json()["next"]
        if url:
            assert f'<{url}>; rel="next"' in answer["Link"]
            url = url.split("/api/v1")[1]
    assert seen == ids
    assert tool.get("/organisations/?count=true&limit=1").json()["count"] == 5


def test_fields_trims_and_expand_inlines() -> None:
    district = make_district()
    officer = make_user(Role.OFFICER, district, name="Nora")
    make_organisation(district, lead_officer=officer)
    tool = Tool(district)
    assert list(tool.get("/organisations/?fields=name").json()["results"][0]) == ["id", "version", "name"]
    row = tool.get("/organisations/?expand=lead_officer").json()["results"][0]
    assert row["lead_officer"]["name"] == "Nora"


@pytest.mark.parametrize(
    ("query", "parameter", "hint"),
    [
        ("kinds=ngo", "kinds", "kind"),
        ("kind=ngo&kind=school", "kind", ""),
        ("kind=ngoo", "kind", ""),
        ("limit=0", "limit", ""),
        ("limit=1000000000", "limit", ""),
        ("limit=Infinity", "limit", ""),
        ("ordering=phone", "ordering", ""),
        ("ordering=lead_officer__password", "ordering", ""),
        ("cursor=nonsense", "cursor", ""),
        ("fields=password", "fields", ""),
        ("expand=secrets", "expand", ""),
        ("has_cadence=yes", "has_cadence", ""),
        ("updated_since=yesterday", "updated_since", ""),
        ("last_met_before=2026-02-30", "last_met_before", ""),
        ("kind=" + ",".join(["ngo"] * 3 + [f"x{n}" for n in range(20_000)]), "kind", ""),
        ("q=a%00b", "q", ""),
        ("count=1", "count", ""),
    ],
)
def test_a_parameter_nobody_knows_or_understands_is_named(query: str, parameter: str, hint: str) -> None:
    answer = Tool().get(f"/organisations/?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    error = answer.json()["errors"][0]
    assert error["parameter"] == parameter
    assert hint in error["detail"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"cadence_days": 1e999}', 400),
        (b'{"cadence_days": ' + b"9" * 5000 + b"}", 400),
        (b'{"a": 99999999999999999999}', 400),
        (b'{"a": [9223372036854775808]}', 400),
        (b'{"a": -9223372036854775809}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, 400),
        (b'{"name": "\\ud800"}', 400),
        (b'{"name": "a\\u0000b"}', 400),
        ('{"name": "ñ"}'.encode("utf-16"), 400),
        (b'{"name": "\xff"}', 400),
        (b"", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b'{"name": "' + b"x" * 30_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_plain_json_is_refused(raw: bytes, status: int) -> None:
    answer = Tool().post("/organisations/", raw)
    assert answer.status_code == status, answer.content[:300]
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("path", ["organisations", "contacts", "webhooks", "organisations/batch"])
def test_a_number_that_no_other_reader_holds_is_refused_everywhere(path: str) -> None:
    tool = Tool(make_district())
    for number, said in ((2**63, "a number is too large"), (2**63 - 1, "")):
        answer = tool.post(f"/{path}/", b'[{"a": %d}]' % number, idempotency_key=str(number))
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert said in answer.json()["detail"]


def test_a_fault_of_ours_is_a_problem_to_tools_and_a_page_to_people() -> None:
    said = get_resolver().resolve_error_handler(500)
    answer = said(RequestFactory().get("/api/v1/organisations/"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert orjson.loads(answer.content)["code"] == "fault"
    page = said(RequestFactory().get("/organisations/"))
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_a_patch_may_call_itself_a_merge_patch_and_a_body_may_begin_with_a_bom() -> None:
    tool = Tool()
    organisation = make_organisation(summary="Old")
    path, kind = f"/api/v1/organisations/{organisation.pk}/", "application/merge-patch+json"
    given = {"headers": {"If-Match": '"1"'}}
    patched = tool.client.patch(path, b'\xef\xbb\xbf{"summary": "New"}', kind, **given)
    assert (patched.status_code, patched.json()["summary"]) == (200, "New")
    assert tool.client.post("/api/v1/organisations/", b"{}", kind).status_code == 415
    refused = tool.client.patch(path, b"{}", "text/plain", **given)
    assert (refused.status_code, refused["Accept-Patch"]) == (415, f"application/json, {kind}")


def test_other_media_types_and_packed_bodies_are_refused() -> None:
    tool = Tool()
    xml = tool.client.post("/api/v1/organisations/", "<a/>", content_type="application/xml")
    assert xml.status_code == 415
    packed = tool.post("/organisations/", b"\x1f\x8b", content_encoding="gzip")
    assert packed.status_code == 415
    assert tool.get("/organisations/", accept="text/html").status_code == 406


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"nmae": "x"}, "/nmae"),
        ({"ethnicity": "x"}, "/ethnicity"),
        ({"name": "\u200b\u202e"}, "/name"),
        ({"name": 5}, "/name"),
        ({"kind": "club"}, "/kind"),
        ({"home_district": "nowhere"}, "/home_district"),
        ({"home_district": None}, "/home_district"),
        ({"cadence_days": 0}, "/cadence_days"),
        ({"cadence_days": -3}, "/cadence_days"),
        ({"phone": "call me"}, "/phone"),
        ({"email": "a@b\r\nBcc: c@d"}, "/email"),
        ({"website": "javascript:alert(1)"}, "/website"),
        ({"lead_officer": "00000000-0000-7000-8000-000000000000"}, "/lead_officer"),
        ({"lead_officer": "not-an-id"}, "/lead_officer"),
        ({"verified_on": "2027-02-29"}, "/verified_on"),
        ({"is_listed_publicly": "yes"}, "/is_listed_publicly"),
        ({"focuses": [{"focus": "lgbti"}]}, "/focuses/0/declared_by"),
        ({"languages": ["not a code"]}, "/languages/0"),
    ],
)
def test_a_field_that_is_not_right_is_named_by_its_pointer(fields: dict[str, Any], pointer: str) -> None:
    district = make_district()
    answer = Tool(district).post("/organisations/", body(home_district=district.code) | fields)
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert not Organisation.objects.exists()


def test_what_is_not_seen_answers_byte_for_byte_like_what_does_not_exist() -> None:
    north, south = make_district(), make_district()
    hidden = make_organisation(south)
    tool = Tool(north)
    for verb in ("get", "patch", "delete"):
        answers = []
        for pk in (hidden.pk, uuid7()):
            call = getattr(tool, verb)
            path = f"/organisations/{pk}/"
            answer = (
                call(path, {"name": "x"}, if_match='"1"') if verb == "patch" else call(path, if_match='"1"')
            )
            assert answer.status_code == 404
            problem = answer.json()
            problem.pop("request_id")
            answers.append(problem)
        assert answers[0] == answers[1]
    assert tool.get("/organisations/").json()["results"] == []
    denied = Event.objects.filter(action=Action.DENY, allowed=False)
    assert denied.filter(object_ids=[hidden.pk]).count() == 3


def test_what_is_seen_but_at_home_elsewhere_is_read_only() -> None:
    north, south = make_district(), make_district()
    visiting = make_organisation(south, also_in=[north])
    answer = Tool(north).patch(f"/organisations/{visiting.pk}/", {"name": "x"}, if_match='"1"')
    assert answer.status_code == 403
    assert answer.json()["code"] == "read_only"
    assert (
        Tool(south).patch(f"/organisations/{visiting.pk}/", {"name": "x"}, if_match='"1"').status_code == 200
    )


def test_writing_does_not_imply_reading_and_the_other_way_round() -> None:
    district = make_district()
    found = make_organisation(district)
    reader = Tool(district, scopes=("organisations:read",))
    writer = Tool(district, scopes=("organisations:write",))
    refused = reader.post("/organisations/", body(home_district=district.code))
    assert refused.status_code == 403
    assert "organisations:write" in refused.json()["detail"]
    assert writer.get(f"/organisations/{found.pk}/").status_code == 403
    created = writer.post("/organisations/", body(home_district=district.code))
    assert created.status_code == 201
    assert set(created.json()) == {"id", "version"}


def test_a_callers_own_id_is_taken_once() -> None:
    district = make_district()
    tool, pk = Tool(district), str(uuid7())
    assert tool.post("/organisations/", body(id=pk, home_district=district.code)).json()["id"] == pk
    again = tool.post("/organisations/", body(id=pk, home_district=district.code))
    assert again.status_code == 409
    assert pk not in again.json()["detail"]


def test_the_same_idempotency_key_does_the_work_once() -> None:
    district = make_district()
    tool, wanted = Tool(district), body(home_district=district.code)
    first = tool.post("/organisations/", wanted, idempotency_key="k1")
    second = tool.post("/organisations/", wanted, idempotency_key="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert Organisation.objects.count() == 1
    other = tool.post("/organisations/", wanted | {"name": "Other"}, idempotency_key="k1")
    assert other.status_code == 422
    assert Tool(district).post("/organisations/", wanted, idempotency_key="k1").status_code == 201


def test_what_was_refused_may_be_sent_again_with_the_same_key() -> None:
    district = make_district()
    tool = Tool(district)
    assert tool.post("/organisations/", body(), idempotency_key="k1").status_code == 400
    good = tool.post("/organisations/", body(home_district=district.code), idempotency_key="k1")
    assert good.status_code == 201


def test_a_batch_is_all_or_none_and_names_what_was_wrong() -> None:
    district = make_district()
    tool = Tool(district)
    good, bad = body(home_district=district.code), body(home_district="nowhere")
    refused = tool.post("/organisations/batch/", [good, bad])
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/1/home_district"
    assert not Organisation.objects.exists()
    each = tool.post("/organisations/batch/?atomic=false", [good, bad]).json()["results"]
    assert [result["status"] for result in each] == [201, 400]
    assert Organisation.objects.count() == 1
    assert len(tool.post("/organisations/batch/", [good] * 200).json()["results"]) == 200
    assert tool.post("/organisations/batch/", [good] * 201).status_code == 400
    assert tool.post("/organisations/batch/", []).status_code == 400


def test_read_only_fields_are_accepted_unchanged_and_refused_otherwise() -> None:
    district = make_district()
    tool = Tool(district)
    row = tool.post("/organisations/", body(home_district=district.code)).json()
    same = tool.patch(f"/organisations/{row['id']}/", row | {"postcode": "28001"})
    assert same.status_code == 200, same.json()
    row = same.json()
    other = tool.patch(f"/organisations/{row['id']}/", {"version": 2, "last_met_at": "2026-01-01T00:00:00Z"})
    assert other.json()["errors"][0]["pointer"] == "/last_met_at"
    moved = tool.patch(f"/organisations/{row['id']}/", {"version": 2, "id": str(uuid7())})
    assert moved.json()["errors"][0]["pointer"] == "/id"


def test_a_list_costs_the_same_for_any_number_of_rows_and_is_one_event(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    district = make_district()
    found = [make_organisation(district) for _ in range(3)]
    tool = Tool(district)
    tool.get("/organisations/")
    for _more in range(2):
        with django_assert_max_num_queries(6):  # including savepoints of the test's transaction
            tool.get("/organisations/?limit=200")
        found += [make_organisation(district) for _ in range(20)]
    with django_assert_max_num_queries(8):
        tool.get(f"/organisations/{found[0].pk}/")
    event = Event.objects.filter(action=Action.LIST).latest("id")
    assert set(event.object_ids) == {row.pk for row in found[:23]}
    assert (event.actor_kind, event.actor_id, event.purpose) == ("key", tool.key.pk, "testing the contract")


def test_a_browser_session_works_too_with_its_csrf_token() -> None:
    from django.test import Client

    district = make_district()
    user = make_user(Role.OFFICER, district)
    found = make_organisation(district)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(f"/api/v1/organisations/{found.pk}/").status_code == 200
    wanted = body(home_district=district.code)
    refused = client.post("/api/v1/organisations/", wanted, content_type="application/json")
    assert refused.status_code == 403
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert client.get(f"/api/v1/organisations/{found.pk}/").status_code == 403


def test_a_key_names_records_under_its_own_source_only() -> None:
    north = make_district()
    theirs = {"source": "register", "external_id": "7"}
    row = make_organisation(north, external_ids=[theirs])
    tool = Tool(north, source="platform")
    known, mine = {"source": "register", "id": "7"}, {"source": "platform", "id": "42"}
    path = f"/organisations/{row.pk}/"

    changed = tool.patch(path, {"external_ids": [mine]}, if_match='"1"')
    assert changed.status_code == 200, changed.json()
    assert changed.json()["external_ids"] == [mine, known]

    assert tool.patch(path, {"external_ids": [mine, known]}, if_match='"2"').status_code == 200
    for ids in ([{**known, "id": "8"}], [{"source": "calendar", "id": "1"}]):
        refused = tool.patch(path, {"external_ids": ids}, if_match='"2"')
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["code"] == "other_source"
    new = body(home_district=north.code, external_ids=[{"source": "register", "id": "9"}])
    assert tool.post("/organisations/", new).status_code == 400
