"""Several selected rows: each changed and recorded separately, all or none, and undone together."""

from html import escape
from typing import Any
from urllib.parse import quote

import pytest

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Action, Event
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import FollowUp
from meetings.services.follow_ups import create_follow_up
from tests.contacts.pages import browse, undo
from tests.examples import quickly
from tests.factories import make_district, make_officer, make_organisation, make_supervisor, make_user
from tests.markup import joined

pytestmark = pytest.mark.django_db


def address(*rows: Any, of: str = "organisations") -> str:
    return f"/{of}/selected/?" + "&".join(f"row={row.pk}" for row in rows)


def test_organisations_are_assigned_with_an_event_each_and_taken_back() -> None:
    north = make_district()
    officer, before = make_officer(north), make_officer(north)
    rows = [make_organisation(north, lead_officer=before), make_organisation(north)]
    client = browse(officer)
    assert client.get(address(*rows)).status_code == 200
    answer = client.post(address(*rows), {"act": "assign", "lead_officer": officer.pk})
    assert answer.status_code == 302
    assert set(Organisation.objects.values_list("lead_officer", flat=True)) == {officer.pk}
    events = Event.objects.filter(action=Action.UPDATE, actor_id=officer.pk)
    assert sorted(event.object_ids for event in events) == sorted([row.pk] for row in rows)
    undo(client, "/organisations/")
    assert set(Organisation.objects.values_list("lead_officer", flat=True)) == {before.pk, None}


def test_nothing_is_presumed_where_one_tap_changes_all() -> None:
    north = make_district()
    officer = make_officer(north)
    row = make_organisation(north, lead_officer=officer, cadence_days=60)
    for typed in ({"act": "assign", "lead_officer": ""}, {"act": "cadence", "cadence_days": ""}):
        assert browse(officer).post(address(row), typed).status_code == 422
    row.refresh_from_db()
    assert (row.lead_officer, row.cadence_days) == (officer, 60)


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ({"act": "cadence", "cadence_days": "30"}, "cadence_days", 30),
        ({"act": "cadence", "cadence_days": "0"}, "cadence_days", None),
        ({"act": "verify"}, "verified_on", "today"),
    ],
)
def test_how_often_and_that_they_were_checked_is_set_for_all(typed: Any, field: str, value: Any) -> None:
    north = make_district()
    rows = [make_organisation(north, cadence_days=60), make_organisation(north)]
    client = browse(make_officer(north))
    assert client.post(address(*rows), typed).status_code == 302
    wanted = city_today() if value == "today" else value
    assert set(Organisation.objects.values_list(field, flat=True)) == {wanted}
    undo(client, "/organisations/")
    assert set(Organisation.objects.values_list("cadence_days", flat=True)) == {60, None}


@pytest.mark.thorough
def test_many_rows_are_taken_back_too() -> None:
    north = make_district()
    rows = [make_organisation(north) for _n in range(40)]
    client = browse(make_officer(north))
    client.post(address(*rows), {"act": "verify"})
    undo(client, "/organisations/")
    assert set(Organisation.objects.values_list("verified_on", flat=True)) == {None}


@pytest.mark.parametrize("of", quickly(["organisations", "follow-ups"], ["organisations"]))
def test_more_than_are_changed_at_once_stay_ticked_and_the_limit_is_said(of: str) -> None:
    north = make_district()
    officer = make_officer(north)
    rows: list[Any] = [make_organisation(north) for _n in range(101)]
    typed: dict[str, Any] = {"act": "verify"}
    if of == "follow-ups":
        day, typed = city_today(), {"owner": officer.pk}
        rows = [
            FollowUp(title=f"Call {n}", kind="call_back", owner=officer, due_on=day, first_due_on=day)
            for n in range(101)
        ]
        FollowUp.objects.bulk_create(rows)
    client = browse(officer)
    too_many = f"{address(*rows, of=of)}&list=ordering%3D-kind"
    for answer in (client.get(too_many), client.post(too_many, typed)):
        page = joined(answer.content.decode())
        assert answer.status_code == 422
        assert "You have selected 101, but you can change at most 100 at a time." in page
        assert all(f'name="row" value="{row.pk}" form="chosen" checked' in page for row in rows)
        assert 'name="list" value="ordering=-kind"' in page
        assert 'method="post" action' not in page.partition("<main")[2].partition("</main")[0]
    assert not Event.objects.filter(action=Action.UPDATE).exists()
    assert client.get(address(*rows[1:], of=of)).status_code == 200
    assert client.post(address(*rows[1:], of=of), typed).status_code == 302


def test_one_that_cannot_be_changed_leaves_all_as_they_are() -> None:
    north = make_district()
    officer = make_officer(north)
    rows = [make_organisation(north), make_organisation(north, deputy_officer=officer)]
    answer = browse(officer).post(address(*rows), {"act": "assign", "lead_officer": officer.pk})
    assert answer.status_code == 422
    assert b"The deputy must be a different person from the lead officer." in answer.content
    assert set(Organisation.objects.values_list("lead_officer", flat=True)) == {None}


def test_rows_of_another_district_are_not_found_and_read_only_ones_stay() -> None:
    north = make_district()
    ours, theirs = make_organisation(north), make_organisation()
    visiting = make_organisation(also_in=[north])
    client = browse(make_officer(north))
    assert client.post(address(ours, theirs), {"act": "verify"}).status_code == 404
    assert b"Some are based in another district." in client.get(address(ours, visiting)).content
    assert client.post(address(ours, visiting), {"act": "verify"}).status_code == 403
    assert set(Organisation.objects.values_list("verified_on", flat=True)) == {None}
    assert client.post(address(ours), {"act": "verify"}).status_code == 302


def is_ticked(page: str, row: Any) -> bool:
    return f'name="row" value="{row.pk}" form="chosen" checked' in joined(page)


def test_which_may_only_be_looked_at_is_said_and_the_others_stay_ticked() -> None:
    north = make_district()
    ours, visiting = make_organisation(north), make_organisation(also_in=[north], name="Casa Lejana")
    client = browse(make_officer(north))
    page = client.get(f"{address(ours, visiting)}&list=kind%3Dfaith").content.decode()
    assert "view only" in page.partition("Casa Lejana")[2]
    assert (is_ticked(page, ours), is_ticked(page, visiting)) == (True, False)
    assert 'id="chosen"' in page
    assert 'name="list" value="kind=faith"' in page
    assert "view only" not in client.get(address(ours)).content.decode()
    alone = client.get(address(visiting)).content.decode()
    assert "view only" in alone
    assert 'id="chosen"' not in alone


def test_which_promises_are_not_handed_over_is_said_and_the_others_stay_ticked() -> None:
    north, day = make_district(), city_today()
    officer, other = make_officer(north), make_officer(north)
    fields: Any = {"kind": "call_back", "due_on": day, "organisations": [make_organisation(north)]}
    mine = create_follow_up(actor=SYSTEM, title="Call", owner=officer, **fields)
    theirs = create_follow_up(actor=SYSTEM, title="Visit them", owner=other, **fields)
    client = browse(officer)
    page = client.get(address(mine, theirs, of="follow-ups")).content.decode()
    assert "You cannot reassign some of these." in page
    assert "view only" in page.partition("Visit them")[2]
    assert (is_ticked(page, mine), is_ticked(page, theirs)) == (True, False)
    typed = {"owner": make_officer(north).pk}
    assert client.post(address(mine, theirs, of="follow-ups"), typed).status_code == 403
    assert client.post(address(mine, of="follow-ups"), typed).status_code == 302


@pytest.mark.parametrize("of", ["organisations", "follow-ups"])
def test_nothing_chosen_is_said_on_the_list_as_it_was(of: str) -> None:
    client = browse(make_officer(make_district()))
    assert client.get(f"/{of}/selected/?row=x").status_code == 404
    for answer_of in (client.get, client.post):
        answer = answer_of(f"/{of}/selected/?list=q%3Dcasa")
        assert answer.headers["Location"] == f"/{of}/?q=casa"
        assert (
            b"Nothing selected. Select the rows you want first."
            in client.get(answer.headers["Location"]).content
        )


@pytest.mark.parametrize(
    ("given", "back_to"),
    [
        ("kind=faith&ordering=-last_met_at&cursor=abc", "?kind=faith&ordering=-last_met_at&cursor=abc"),
        ("", ""),
        ("//evil.example", "?%2F%2Fevil.example="),
        ("q=\r\nSet-Cookie: a=b", "?q=%0D%0ASet-Cookie%3A+a%3Db"),
        ("q=%00%ED%A0%80", "?q=%00%EF%BF%BD%EF%BF%BD%EF%BF%BD"),
    ],
)
def test_the_list_comes_back_as_it_was_filtered(given: str, back_to: str) -> None:
    north = make_district()
    organisation = make_organisation(north)
    client = browse(make_officer(north))
    path = f"{address(organisation)}&list={quote(given)}"
    assert f'href="/organisations/{escape(back_to)}"' in client.get(path).content.decode()
    answer = client.post(path, {"act": "verify"})
    assert answer.headers["Location"] == f"/organisations/{back_to}"


def test_what_is_chosen_keeps_the_filter_through_its_undo() -> None:
    north = make_district()
    make_organisation(north, kind="ngo", name="Casa Dos")
    organisation = make_organisation(north, kind="religious_community", name="Casa Uno")
    client = browse(make_officer(north))
    listed = client.get("/organisations/?kind=religious_community").content.decode()
    assert 'name="list" value="kind=religious_community"' in listed
    client.post(f"{address(organisation)}&list=kind%3Dreligious_community", {"act": "verify"})
    answer = undo(client, "/organisations/?kind=religious_community")
    assert answer.headers["Location"] == "http://testserver/organisations/?kind=religious_community"
    assert set(Organisation.objects.values_list("verified_on", flat=True)) == {None}


def test_who_writes_nothing_changes_nothing() -> None:
    assert browse(make_user(Role.PRIVACY_OFFICER)).get(address(make_organisation())).status_code == 403


def test_promises_are_handed_to_somebody_else_together() -> None:
    north = make_district()
    supervisor, officer, other = make_supervisor(north), make_officer(north), make_officer(north)
    organisation = make_organisation(north)
    rows = [
        create_follow_up(
            actor=SYSTEM,
            title="Call",
            kind="call_back",
            owner=officer,
            due_on=city_today(),
            organisations=[organisation],
        )
        for _n in range(2)
    ]
    client = browse(supervisor)
    assert client.post(address(*rows, of="follow-ups"), {"owner": other.pk}).status_code == 302
    for row in rows:
        row.refresh_from_db()
    assert {row.owner for row in rows} == {other}
    undo(client, "/follow-ups/")
    for row in rows:
        row.refresh_from_db()
    assert {row.owner for row in rows} == {officer}
