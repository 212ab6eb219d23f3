"""The pages of follow-ups: list, create, details, edit, done, report back, cancel, undo."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import FollowUp
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up, edit_follow_up
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db


def promise(owner: User, *organisations: Organisation, due: int = 1, **fields: Any) -> FollowUp:
    fields.setdefault("title", "Send the noise form")
    return create_follow_up(
        actor=SYSTEM,
        owner=owner,
        due_on=city_today() + timedelta(days=due),
        organisations=organisations,
        **fields,
    )


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def press(client: Client, response: Any, what: str) -> Any:
    """Press Undo, or answer “Reported back?” with yes, in the message that the page shows after a write."""
    path = re.search(rf'action="({what}[^"]*)"', response.content.decode())
    assert path, what
    return client.post(path[1], follow=True)


def page(name: str, follow_up: FollowUp) -> str:
    return reverse(name, args=[follow_up.pk])


def typed(**fields: Any) -> dict[str, Any]:
    return {"title": "Bring the form", "kind": "call_back", "when": "today"} | fields


def test_the_list_starts_with_what_i_have_to_do_the_late_first(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north, name="Põhjala kool")
    promise(officer, organisation, title="later", due=3)
    promise(officer, organisation, title="late", due=-2)
    promise(make_officer(north), organisation, title="hers")
    html = signed_in(client, officer).get("/follow-ups/").content.decode()
    assert html.index("late") < html.index("later")
    assert "2 days late" in html
    assert "hers" not in html
    everybody = client.get("/follow-ups/?status=open,in_progress").content.decode()
    assert "hers" in everybody


def test_a_list_is_in_the_trail_with_all_it_shows(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    follow_up = promise(officer, organisation)
    signed_in(client, officer).get("/follow-ups/")
    event = Event.objects.get(actor_id=officer.pk, action=Action.LIST)
    assert set(event.object_ids) == {follow_up.pk, organisation.pk}
    client.get("/follow-ups/?q=noise")
    assert Event.objects.filter(actor_id=officer.pk, action=Action.SEARCH).exists()


def test_a_filter_that_is_not_understood_says_so(client: Client) -> None:
    response = signed_in(client, make_officer(make_district())).get("/follow-ups/?due_after=soon")
    assert response.status_code == 422


def test_a_list_costs_the_same_for_many_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    north = make_district()
    officer = make_officer(north)
    for _number in range(12):
        organisation = make_organisation(north)
        promise(officer, organisation, contact=make_contact(north, organisation))
    signed_in(client, officer)
    with django_assert_max_num_queries(14):
        client.get("/follow-ups/")


@pytest.mark.parametrize("name", ["follow_up", "follow_up_edit", "follow_up_done", "follow_up_cancel"])
def test_pages_of_one_promise(client: Client, name: str, django_assert_max_num_queries: Any) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    meeting = make_meeting(north, organisation)
    follow_up = promise(officer, organisation, contact=make_contact(north, organisation), meeting=meeting)
    signed_in(client, officer)
    with django_assert_max_num_queries(14):
        response = client.get(page(name, follow_up))
    assert response.status_code == 200
    assert follow_up.title in response.content.decode()
    event = Event.objects.get(actor_id=officer.pk, action=Action.VIEW)
    assert {follow_up.pk, organisation.pk} <= set(event.object_ids)
    assert signed_in(client, make_officer(make_district())).get(page(name, follow_up)).status_code == 404
    privacy = signed_in(client, make_user(Role.PRIVACY_OFFICER)).get(page(name, follow_up))
    assert privacy.status_code == (200 if name == "follow_up" else 403)
    administrator = signed_in(client, make_user(Role.ADMINISTRATOR, north)).get(page(name, follow_up))
    assert administrator.status_code == 404


def test_an_administrator_has_no_list(client: Client) -> None:
    assert signed_in(client, make_user(Role.ADMINISTRATOR)).get("/follow-ups/").status_code == 403


def test_what_is_hidden_is_left_out_of_the_page(client: Client) -> None:
    north, south = make_district(), make_district()
    ours, theirs = make_organisation(north, name="Ours"), make_organisation(south, name="Theirs")
    follow_up = promise(make_officer(), ours, theirs, contact=make_contact(south, family_name="Hidden"))
    html = signed_in(client, make_officer(north)).get(page("follow_up", follow_up)).content.decode()
    assert "Ours" in html
    assert "Theirs" not in html
    assert "Hidden" not in html


def test_promising_something_new(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    signed_in(client, officer)
    start = client.get(f"/follow-ups/new/?organisation={organisation.pk}")
    assert f'value="{organisation.pk}"' in start.content.decode()
    data = typed(owner=officer.pk, organisations=[organisation.pk])
    response = client.post("/follow-ups/new/", data, follow=True)
    follow_up = FollowUp.objects.get()
    assert response.redirect_chain == [(page("follow_up", follow_up), 302)]
    assert (follow_up.due_on, follow_up.owner, list(follow_up.organisations.all())) == (
        city_today(),
        officer,
        [organisation],
    )
    press(client, response, "/undo/")
    follow_up.refresh_from_db()
    assert follow_up.status == "cancelled"


def test_a_new_promise_belongs_to_what_the_address_names(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    concern = log_concern(actor=SYSTEM, kinds=["other"], district=north, site_organisation=organisation)
    address = f"/follow-ups/new/?concern={concern.pk}"
    assert "checked" in signed_in(client, officer).get(address).content.decode()
    response = client.post(address, typed(owner=officer.pk, organisations=[organisation.pk]))
    assert response.headers["Location"] == reverse("concern", args=[concern.pk])
    assert FollowUp.objects.get().concern == concern
    assert client.get(f"/follow-ups/new/?concern={uuid4()}").status_code == 404
    assert client.get("/follow-ups/new/?concern=x").status_code == 404


def test_finding_an_organisation_keeps_what_is_typed_and_judges_nothing(client: Client) -> None:
    north = make_district()
    make_organisation(north, name="Δίκτυο Γυναικών")
    make_organisation(name="Δίκτυο του Νότου")
    data = {"title": "", "kind": "visit", "when": "pick", "find": "δικτυο", "look_for": "1"}
    response = signed_in(client, make_officer(north)).post("/follow-ups/new/", data)
    html = response.content.decode()
    assert response.status_code == 200
    assert "Δίκτυο Γυναικών" in html
    assert "Νότου" not in html
    assert "Mistakes" not in html
    assert '<option value="visit" selected>' in html


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    data = typed(title="", when="pick", owner=officer.pk, kind="visit")
    response = signed_in(client, officer).post("/follow-ups/new/", data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Choose a date." in html
    assert '<option value="visit" selected>' in html
    assert not FollowUp.objects.exists()


def test_a_promise_beyond_ones_districts_is_refused(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    organisation = make_organisation(make_district(), also_in=[north])
    data = typed(owner=officer.pk, organisations=[organisation.pk])
    assert signed_in(client, officer).post("/follow-ups/new/", data).status_code == 403
    hidden = typed(owner=officer.pk, organisations=[make_organisation().pk])
    assert client.post("/follow-ups/new/", hidden).status_code == 422
    privacy = make_user(Role.PRIVACY_OFFICER)
    assert signed_in(client, privacy).get("/follow-ups/new/").status_code == 403


def test_done_then_told_them_each_undone(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    follow_up = promise(officer, organisation)
    signed_in(client, officer)
    done = client.post(
        page("follow_up_done", follow_up),
        {"version": 1},
        follow=True,
        headers={"referer": "http://testserver/follow-ups/"},
    )
    assert done.redirect_chain == [("http://testserver/follow-ups/", 302)]
    follow_up.refresh_from_db()
    assert follow_up.status == "done"
    link = follow_up.organisation_links.get()
    assert link.reported_back_on is None
    told = press(client, done, page("follow_up_told", follow_up))
    link.refresh_from_db()
    assert link.reported_back_on == city_today()
    assert f'href="/publishing/entries/new/?follow_up={follow_up.pk}"' in told.text, "told where it is ticked"
    press(client, told, "/undo/")
    link.refresh_from_db()
    assert link.reported_back_on is None


def test_not_yet_closes_the_question_and_leaves_undo(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    follow_up = promise(officer, make_organisation(north))
    done = signed_in(client, officer).post(page("follow_up_done", follow_up), {"version": 1}, follow=True)
    assert "Reported back?" in done.text
    not_yet = client.post(page("follow_up_told", follow_up), {"answer": "not_yet"}, follow=True)
    assert "Not reported back yet: Send the noise form" in not_yet.text
    assert follow_up.organisation_links.get().reported_back_on is None
    press(client, not_yet, "/undo/")
    follow_up.refresh_from_db()
    assert follow_up.status == "open"


def test_done_is_undone_from_the_message(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    follow_up = promise(officer, make_organisation(north), result="Half of it")
    done = signed_in(client, officer).post(page("follow_up_done", follow_up), {"version": 1}, follow=True)
    press(client, done, "/undo/")
    follow_up.refresh_from_db()
    assert (follow_up.status, follow_up.result) == ("open", "Half of it")


def test_done_with_a_result_and_those_who_know(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    one, other = make_organisation(north), make_organisation(north)
    follow_up = promise(officer, one, other)
    data = {"version": 1, "result": "Sent", "told": [one.pk]}
    response = signed_in(client, officer).post(page("follow_up_done", follow_up), data)
    assert response.headers["Location"] == page("follow_up", follow_up)
    follow_up.refresh_from_db()
    assert follow_up.result == "Sent"
    assert follow_up.organisation_links.get(organisation=one).reported_back_on == city_today()
    client.post(page("follow_up_told", follow_up), {"organisation": other.pk})
    assert follow_up.organisation_links.get(organisation=other).reported_back_on == city_today()


@pytest.mark.parametrize("name", ["follow_up_edit", "follow_up_done", "follow_up_cancel"])
def test_two_who_write_see_both_texts(client: Client, name: str) -> None:
    north = make_district()
    officer, organisation = make_supervisor(north), make_organisation(north)
    follow_up = promise(officer, organisation)
    edit_follow_up(actor=SYSTEM, follow_up_id=follow_up.pk, title="Their title", result="Their result")
    data = {
        "version": 1,
        "title": "My title",
        "kind": "visit",
        "due_on": city_today(),
        "owner": officer.pk,
        "status": "open",
        "organisations": [organisation.pk],
        "result": "My result",
        "reason": "My reason",
    }
    signed_in(client, officer)
    conflict = client.post(page(name, follow_up), data)
    html = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Someone else changed this while you were editing" in html
    if name == "follow_up_edit":
        assert "Their title" in html
        assert "My title" in html
    again = client.post(page(name, follow_up), data | {"version": 2})
    assert again.status_code == 302


def test_changing_moves_the_day_and_keeps_the_first_one(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    follow_up = promise(officer, organisation)
    later = city_today() + timedelta(days=9)
    data = {
        "version": 1,
        "title": "Later",
        "kind": "visit",
        "due_on": later,
        "owner": officer.pk,
        "status": "in_progress",
        "organisations": [organisation.pk],
    }
    assert signed_in(client, officer).post(page("follow_up_edit", follow_up), data).status_code == 302
    follow_up.refresh_from_db()
    assert (follow_up.title, follow_up.due_on, follow_up.status) == ("Later", later, "in_progress")
    assert follow_up.first_due_on == city_today() + timedelta(days=1)


def test_only_a_supervisor_hands_over_what_another_promised(client: Client) -> None:
    north = make_district()
    follow_up = promise(make_officer(north), make_organisation(north))
    address = page("follow_up_edit", follow_up)
    assert 'name="owner"' not in signed_in(client, make_officer(north)).get(address).content.decode()
    assert 'name="owner"' in signed_in(client, make_supervisor(north)).get(address).content.decode()


def test_cancelling_needs_a_reason_and_can_be_undone(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    follow_up = promise(officer, make_organisation(north))
    signed_in(client, officer)
    assert client.post(page("follow_up_cancel", follow_up), {"version": 1, "reason": " "}).status_code == 422
    data = {"version": 1, "reason": "They moved away"}
    gone = client.post(page("follow_up_cancel", follow_up), data, follow=True)
    assert "They moved away" in gone.content.decode()
    press(client, gone, "/undo/")
    follow_up.refresh_from_db()
    assert follow_up.status == "open"


def test_open_again(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    follow_up = promise(officer, make_organisation(north), status="cancelled", cancel_reason="No")
    assert signed_in(client, officer).post(page("follow_up_reopen", follow_up)).status_code == 302
    follow_up.refresh_from_db()
    assert follow_up.status == "open"


def test_an_owner_from_elsewhere_says_it_is_done_and_not_who_was_told(client: Client) -> None:
    owner = make_officer(make_district())
    organisation = make_organisation()
    follow_up = promise(owner, organisation)
    signed_in(client, owner)
    assert client.get(page("follow_up_edit", follow_up)).status_code == 403
    assert organisation.name not in client.get(page("follow_up_done", follow_up)).content.decode()
    assert client.post(page("follow_up_told", follow_up)).status_code == 403
    assert client.post(page("follow_up_done", follow_up), {"version": 1}).status_code == 302
    follow_up.refresh_from_db()
    assert follow_up.status == "done"


def test_a_follow_up_is_moved_from_its_row_and_back(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    late = promise(officer, organisation, due=-5)
    signed_in(client, officer)
    for address in ("/", "/follow-ups/", reverse("organisation", args=[organisation.pk])):
        assert page("follow_up_later", late) in client.get(address).content.decode()
    for to, days in (("tomorrow", 1), ("week", 7)):
        late.refresh_from_db()
        sent = {"to": to, "version": late.version}
        answer = client.post(page("follow_up_move", late), sent, headers={"referer": "http://testserver/"})
        assert (answer.status_code, answer["Location"]) == (302, "http://testserver/")
        late.refresh_from_db()
        assert (late.due_on, late.first_due_on) == (
            city_today() + timedelta(days=days),
            city_today() - timedelta(days=5),
        )
        said = client.get("/follow-ups/")
        assert "Moved to" in said.content.decode()
        press(client, said, "/undo/")
        late.refresh_from_db()
        assert late.due_on == city_today() - timedelta(days=5)


def test_a_button_in_a_form_answers_with_what_takes_it_back(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    one, before = promise(officer, make_organisation(north), due=2), city_today() + timedelta(days=2)
    signed_in(client, officer)

    def tap(to: str, version: int) -> Any:
        sent = {"to": to, "version": version}
        return client.post(page("follow_up_move", one), sent, headers={"HX-Request": "true"})

    moved = tap("week", 1).content.decode()
    assert "Moved to" in moved and f'"to": "{before}", "version": 2' in moved
    assert tap("week", 1).status_code == 409  # its version has gone
    assert "Tomorrow" in tap(str(before), 2).content.decode()
    one.refresh_from_db()
    assert one.due_on == before


def test_who_may_not_edit_moves_and_hands_on_nothing(client: Client) -> None:
    north, south = make_district("North"), make_district("South")
    hers = promise(make_officer(south), make_organisation(south))
    officer, colleague = make_officer(north), make_officer(north)
    abroad, theirs = promise(officer, make_organisation(south)), promise(colleague, make_organisation(north))
    done = promise(officer, make_organisation(north), status="done")
    signed_in(client, officer)
    for row, moving, handing in ((hers, 404, 404), (abroad, 403, 403), (theirs, 302, 403), (done, 302, 409)):
        sent = {"to": "week", "version": row.version}
        assert client.post(page("follow_up_move", row), sent).status_code == moving
        sent = {"owner": str(colleague.pk), "version": "9"}
        assert client.post(page("follow_up_later", row), sent).status_code == handing
    done.refresh_from_db()
    assert done.due_on == city_today() + timedelta(days=1)
    for to, version in (("", ""), ("week", ""), ("x", "1"), ("2026-02-31", "1")):
        assert client.post(page("follow_up_move", theirs), {"to": to, "version": version}).status_code == 404
    assert page("follow_up_later", abroad) not in client.get("/follow-ups/").content.decode()


def test_handing_on_offers_the_district_first_warns_and_is_taken_back(client: Client) -> None:
    north, south = make_district("North"), make_district("South")
    officer = make_officer(north, name="Anna")
    near, far = make_officer(north, name="Zoe"), make_officer(south, name="Bea")
    one = promise(officer, make_organisation(north), title="Call back")
    signed_in(client, officer)
    form = client.get(page("follow_up_later", one)).content.decode()
    assert form.index("Zoe") < form.index("Work in other districts") < form.index("Bea")
    for colleague, warns in ((near, False), (far, True)):
        one.refresh_from_db()
        sent = {"owner": str(colleague.pk), "version": one.version}
        said = client.post(page("follow_up_later", one), sent, follow=True)
        assert ("works in another district" in said.content.decode()) == warns
        one.refresh_from_db()
        assert one.owner == colleague
        press(client, said, "/undo/")
        one.refresh_from_db()
        assert one.owner == officer


def test_only_who_handed_it_on_takes_it_back_and_only_as_it_was_left(client: Client) -> None:
    north = make_district("North")
    officer, near, other = (make_officer(north) for _number in range(3))
    one = promise(officer, make_organisation(north))
    edit_follow_up(actor=actor_for(officer), follow_up_id=one.pk, owner=near)
    with pytest.raises(PermissionDenied):
        edit_follow_up(actor=actor_for(other), follow_up_id=one.pk, owner=officer)
    edit_follow_up(actor=actor_for(near), follow_up_id=one.pk, title="Begun")
    with pytest.raises(PermissionDenied):
        edit_follow_up(actor=actor_for(officer), follow_up_id=one.pk, owner=officer)
