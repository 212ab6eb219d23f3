"""Contacts, meetings, follow-ups and concerns: their fields, and the features of each resource."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from api.models import ContactRead
from api.tasks import forget_old
from contacts.models import Contact, PrivateChannel
from districts.models import District
from lib.days import city_today
from meetings.models import Meeting
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation
from tests.languages import pseudo_language

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def nora(north: District) -> User:
    return make_officer(north)


@pytest.fixture
def tool(north: District) -> Tool:
    return Tool(north)


def meeting(north: District, nora: User, **fields: Any) -> dict[str, Any]:
    return {
        "subject": "Visit",
        "kind": "visit",
        "status": "held",
        "starts_at": (timezone.now() - timedelta(hours=2)).isoformat(),
        "duration_minutes": 45,
        "district": north.code,
        "officers": [str(nora.pk)],
        **fields,
    }


def test_the_contracts_examples_work_one_after_the_other(tool: Tool, north: District, nora: User) -> None:
    ngo = {"name": "NGO", "kind": "ngo", "home_district": north.code}
    organisation = tool.post("/organisations/", ngo).json()
    contact = tool.post(
        "/contacts/",
        {
            "given_name": "Ana",
            "family_name": "Rocha",
            "email": "ana@ngo.example",
            "home_district": north.code,
            "lawful_basis": "public_task",
            "purpose": "community_liaison",
            "affiliations": [{"organisation": organisation["id"], "role_title": "coordinator"}],
        },
    )
    assert contact.status_code == 201, contact.json()
    assert contact.json()["affiliations"][0]["organisation"] == organisation["id"]
    held = tool.post(
        "/meetings/",
        meeting(
            north,
            nora,
            organisations=[{"organisation": organisation["id"], "present": True}],
            contacts=[{"contact": contact.json()["id"], "attendance": "attended"}],
            outcomes=["action_agreed"],
        ),
    )
    assert held.status_code == 201, held.json()
    assert held.json()["officers"] == [str(nora.pk)]
    promise = tool.post(
        "/follow-ups/",
        {
            "title": "Call back",
            "kind": "call_back",
            "organisations": [{"organisation": organisation["id"]}],
            "owner": str(nora.pk),
            "due_on": str(city_today() + timedelta(days=7)),
        },
    )
    assert promise.status_code == 201, promise.json()
    done = tool.patch(f"/follow-ups/{promise.json()['id']}/", {"status": "done", "version": 1})
    assert done.status_code == 200, done.json()
    assert done.json()["completed_at"]
    concern = tool.post(
        "/concerns/",
        {
            "kinds": ["graffiti_symbol"],
            "bias_grounds": ["anti_muslim"],
            "district": north.code,
            "site_organisation": organisation["id"],
        },
    )
    assert concern.status_code == 201, concern.json()
    assert concern.json()["affected_focuses"] == ["muslim"]
    assert tool.get(f"/organisations/{organisation['id']}/").json()["last_met_at"]


def test_a_meeting_takes_the_steps_its_status_names(tool: Tool, north: District, nora: User) -> None:
    soon = (timezone.now() + timedelta(days=2)).isoformat()
    planned = tool.post("/meetings/", meeting(north, nora, status="planned", starts_at=soon)).json()
    early = tool.patch(f"/meetings/{planned['id']}/", {"status": "held", "version": 1})
    assert early.status_code == 400
    past = (timezone.now() - timedelta(hours=1)).isoformat()
    held = tool.patch(
        f"/meetings/{planned['id']}/",
        {"status": "held", "starts_at": past, "outcomes": ["feedback_given"], "version": 1},
    )
    assert held.status_code == 200, held.json()
    assert (held.json()["status"], held.json()["outcomes"]) == ("held", ["feedback_given"])
    back = tool.patch(f"/meetings/{planned['id']}/", {"status": "planned", "version": held.json()["version"]})
    assert back.json()["errors"][0]["pointer"] == "/status"
    gone = tool.delete(f"/meetings/{planned['id']}/", if_match=held["ETag"])
    assert gone.status_code == 204
    assert Meeting.objects.get(pk=planned["id"]).status == "cancelled"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"starts_at": "2026-11-24T14:05:00"}, "/starts_at"),
        ({"starts_at": "2026-11-24"}, "/starts_at"),
        ({"starts_at": "2026-11-24T24:00:00+01:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-12:00"}, "/starts_at"),
        ({"duration_minutes": None}, "/duration_minutes"),
        ({"duration_minutes": 0}, "/duration_minutes"),
        ({"duration_minutes": -5}, "/duration_minutes"),
        ({"outcomes": ["bribed"]}, "/outcomes/0"),
        ({"contacts": [{"contact": "00000000-0000-7000-8000-000000000000"}]}, "/contacts/0/contact"),
        ({"subject": "x" * 201}, "/subject"),
        ({"facts": "x" * 10_000}, "/facts"),
        ({"level": "command"}, "/level"),
    ],
)
def test_a_meeting_that_is_not_right_names_its_field(
    fields: dict[str, Any], pointer: str, tool: Tool, north: District, nora: User
) -> None:
    answer = tool.post("/meetings/", meeting(north, nora) | fields)
    assert answer.status_code == 400, answer.json()
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    "parameter",
    ["kind=ngo", "focus=roma", "organisation_kind=ngo", "organisation__kind=ngo", "ordering=kind"],
)
def test_people_cannot_be_found_by_what_their_organisation_is(parameter: str, tool: Tool) -> None:
    assert tool.get(f"/contacts/?{parameter}").status_code == 400


def test_a_persons_organisation_is_never_inlined_with_kind_or_focus(tool: Tool, north: District) -> None:
    organisation = make_organisation(north, kind="lgbt_organisation", name="Rainbow")
    make_contact(north, organisation)
    row = tool.get("/contacts/?expand=affiliations").json()["results"][0]
    assert row["affiliations"][0]["organisation"] == {"id": str(organisation.pk), "name": "Rainbow"}
    assert tool.get("/contacts/?q=Rainbow").json()["results"] == []


def test_private_channels_leave_only_with_their_own_scope(north: District) -> None:
    contact = make_contact(north)
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    plain, private = (
        Tool(north, scopes=("contacts:read",)),
        Tool(north, scopes=("contacts:read", "contacts:private")),
    )
    assert plain.get(f"/contacts/{contact.pk}/").json()["private_channel"] is None
    assert private.get(f"/contacts/{contact.pk}/").json()["private_channel"]["phone"] == "+34612345678"


def test_people_of_a_meeting_need_their_own_scope(north: District) -> None:
    contact = make_contact(north)
    held = make_meeting(north)
    held.contact_links.create(contact=contact, attendance="attended")
    without = Tool(north, scopes=("meetings:read",))
    assert without.get(f"/meetings/{held.pk}/").json()["contacts"] is None
    refused = without.get(f"/meetings/{held.pk}/?expand=contacts")
    assert refused.status_code == 403
    assert "contacts:read" in refused.json()["detail"]
    row = Tool(north).get(f"/meetings/{held.pk}/?expand=contacts").json()
    assert row["contacts"][0]["contact"]["family_name"] == contact.family_name


def test_references_to_what_is_not_seen_are_left_out_and_kept_by_edits(tool: Tool, north: District) -> None:
    south = make_district()
    ours, theirs = make_organisation(north), make_organisation(south)
    held = make_meeting(north, ours, theirs)
    row = tool.get(f"/meetings/{held.pk}/").json()
    assert [link["organisation"] for link in row["organisations"]] == [str(ours.pk)]
    changed = tool.patch(f"/meetings/{held.pk}/", {"organisations": [], "version": row["version"]})
    assert changed.status_code == 200, changed.json()
    assert set(held.organisations.values_list("pk", flat=True)) == {theirs.pk}


def test_a_contact_is_erased_and_the_meetings_figures_stay(tool: Tool, north: District) -> None:
    organisation = make_organisation(north)
    contact = make_contact(north, organisation)
    held = make_meeting(north, organisation)
    held.contact_links.create(contact=contact, attendance="attended")
    assert tool.delete(f"/contacts/{contact.pk}/").status_code == 428
    assert tool.delete(f"/contacts/{contact.pk}/", if_match='"1"').status_code == 204
    assert not Contact.objects.exists()
    assert tool.get(f"/contacts/{contact.pk}/").status_code == 404
    assert Meeting.objects.filter(pk=held.pk, organisations=organisation).exists()


@pytest.mark.parametrize("noun", ["follow-ups", "concerns"])
def test_promises_and_concerns_are_closed_not_deleted(noun: str, tool: Tool) -> None:
    answer = tool.delete(f"/{noun}/00000000-0000-7000-8000-000000000000/", if_match='"1"')
    assert answer.status_code == 405


@pytest.mark.parametrize("noun", ["reports/coverage", "changes", "plans", "practices", "officers"])
def test_a_write_to_what_is_only_read_names_no_scope_that_does_not_exist(noun: str, tool: Tool) -> None:
    answer = tool.post(f"/{noun}/", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_a_key_past_its_quota_of_people_reads_no_more_of_them_today(north: District) -> None:
    found = [make_contact(north) for _ in range(3)]
    few = Tool(north, daily_contacts=2)
    assert few.get(f"/contacts/{found[0].pk}/").status_code == 200
    assert few.get(f"/contacts/{found[0].pk}/").status_code == 200
    assert few.get(f"/contacts/{found[1].pk}/").status_code == 200
    refused = few.get("/contacts/")
    assert refused.status_code == 429
    assert refused["Retry-After"]
    assert few.get(f"/contacts/{found[0].pk}/").status_code == 200
    assert few.get("/organisations/").status_code == 200


def test_whom_a_key_read_is_forgotten_when_the_day_is_over(north: District, tool: Tool) -> None:
    contact = make_contact(north)
    tool.get(f"/contacts/{contact.pk}/")
    assert forget_old() == 0
    assert ContactRead.objects.update(day=city_today() - timedelta(days=1)) == 1
    assert forget_old() == 1
    assert not ContactRead.objects.exists()


@pytest.mark.parametrize("path", ["/districts/", "/officers/", "/vocabularies/", "/me/"])
def test_any_key_reads_the_directory(path: str, north: District) -> None:
    assert Tool(north, scopes=("reports:read",)).get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/organisations/", "organisations:read"),
        ("/contacts/", "contacts:read"),
        ("/meetings/", "meetings:read"),
        ("/follow-ups/", "follow-ups:read"),
        ("/concerns/", "concerns:read"),
        ("/changes/", "changes:read"),
    ],
)
def test_each_noun_is_read_with_its_own_scope_only(path: str, scope: str, north: District) -> None:
    others = tuple(s for s in Tool(north).key.scopes if s != scope)
    refused = Tool(north, scopes=others).get(path)
    assert refused.status_code == 403
    assert scope in refused.json()["detail"]
    assert Tool(north, scopes=(scope,)).get(path).status_code == 200


def test_names_of_organisations_need_their_scope() -> None:
    tool = Tool(make_district(), scopes=("contacts:read",))
    answer = tool.get("/contacts/?expand=affiliations")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"organisations": [{"organisation": "x", "prezent": True}]}, "/organisations/0/prezent"),
        ({"contacts": [{"contact": "x", "note": "y"}]}, "/contacts/0/note"),
        ({"external_ids": [{"source": "a", "id": "1", "name": "x"}]}, "/external_ids/0/name"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "/created_at"),
    ],
)
def test_nothing_in_a_body_is_passed_over_in_silence(
    fields: dict[str, Any], pointer: str, tool: Tool, north: District, nora: User
) -> None:
    answer = tool.post("/meetings/", meeting(north, nora) | fields)
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_what_was_read_may_be_sent_back_whole(north: District, nora: User) -> None:
    organisation = make_organisation(north)
    contact = make_contact(north, organisation)
    held = make_meeting(north, organisation)
    held.contact_links.create(contact=contact, attendance="attended")
    for tool in (Tool(north), Tool(north, scopes=("meetings:read", "meetings:write"))):
        row = tool.get(f"/meetings/{held.pk}/").json()
        same = tool.patch(f"/meetings/{held.pk}/", row | {"place": tool.key.name})
        assert same.status_code == 200, same.json()
    assert list(held.contacts.all()) == [contact]


def test_telling_an_organisation_is_dated_today_and_can_be_taken_back(
    tool: Tool, north: District, nora: User
) -> None:
    to = {"organisation": str(make_organisation(north).pk)}
    promise = {"title": "Call", "owner": str(nora.pk), "due_on": str(city_today()), "organisations": [to]}
    made = tool.post("/follow-ups/", promise).json()
    path, today = f"/follow-ups/{made['id']}/", str(city_today())
    told = tool.patch(path, {"organisations": [to | {"reported_back_on": today}], "version": 1}).json()
    assert told["organisations"][0]["reported_back_on"] == today
    other = tool.patch(path, {"organisations": [to | {"reported_back_on": "2026-01-01"}], "version": 2})
    assert other.json()["errors"][0]["pointer"] == "/organisations"
    kept = tool.patch(path, {"organisations": [to], "version": 2, "title": "Call again"}).json()
    assert kept["organisations"][0]["reported_back_on"] == today
    back = tool.patch(path, {"organisations": [to | {"reported_back_on": None}], "version": 3}).json()
    assert back["organisations"][0]["reported_back_on"] is None


def test_a_writer_that_may_not_read_is_told_nothing_of_what_is_there(north: District) -> None:
    found = make_organisation(north, postcode="28001")
    writer = Tool(north, scopes=("organisations:write",))
    last_met = {"last_met_at": None, "version": 1}
    assert writer.patch(f"/organisations/{found.pk}/", last_met).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/meetings/?organisation=not-an-id",
        "/contacts/?organisation=0192",
        "/meetings/?starts_after=2026-11-24T14:05:00",
        "/meetings/?starts_after=2026-11-24T24:00:00Z",
        "/follow-ups/?due_before=29.02.2027",
        "/meetings/?substantive=1",
        "/concerns/?bias=maybe",
    ],
)
def test_a_filter_that_is_not_understood_is_named(path: str, tool: Tool) -> None:
    answer = tool.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")
    assert answer.json()["errors"][0]["parameter"] == path.split("?")[1].split("=")[0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("٠٦١٢٣٤٥٦٧٨", None), ("612 34 56 78", "+34612345678"), ("+34 ٦١٢٣٤٥٦٧٨", "+34612345678")],
)
def test_phone_numbers_are_kept_as_e164(given: str, kept: str | None, tool: Tool, north: District) -> None:
    person = {
        "family_name": "Rocha\r\n\u202e",
        "home_district": north.code,
        "lawful_basis": "public_task",
        "purpose": "community_liaison",
        "phone": given,
    }
    answer = tool.post("/contacts/", person)
    if kept is None:
        assert answer.json()["errors"][0]["pointer"] == "/phone"
    else:
        assert (answer.json()["phone"], answer.json()["family_name"]) == (kept, "Rocha")


def test_details_follow_the_language_asked_for_and_codes_do_not(tool: Tool) -> None:
    with pseudo_language() as other:
        english, pseudo = (
            tool.post("/organisations/", {"kind": "ngo"}, accept_language=language).json()["errors"][0]
            for language in ("en", other)
        )
    assert english["code"] == pseudo["code"] == "required"
    assert english["detail"] == "Send a value for “name”."
    assert pseudo["detail"].startswith("[Séñd á válúé fór “name”.~")
