"""Saved views: a list with filters under a name, for one user or a district."""

from typing import Any

import pytest

from accounts.models import Role, SavedView, User
from contacts.models import Organisation
from tests.contacts.pages import browse, undo
from tests.factories import make_district, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db


def keep(
    user: User, *, name: str = "NGOs", query: str = "kind=ngo", at: str = "organisations", **typed: Any
) -> Any:
    return browse(user).post(f"/views/{at}/new/?{query}", {"name": name, "query": query} | typed)


def test_a_view_is_kept_and_stands_above_the_list() -> None:
    officer = make_officer(make_district())
    answer = keep(officer)
    assert (answer.status_code, answer["location"]) == (302, "/organisations/?kind=ngo")
    page = browse(officer).get("/organisations/").content.decode()
    assert 'href="/organisations/?kind=ngo"' in page
    assert "NGOs" in page
    assert "NGOs" not in browse(officer).get("/meetings/").content.decode()


def test_keeping_is_offered_where_there_is_something_to_keep() -> None:
    officer = make_officer(make_district())
    assert b"Save this view" not in browse(officer).get("/organisations/").content
    assert b"Save this view" in browse(officer).get("/organisations/?kind=ngo").content
    live = browse(officer).get("/organisations/?q=&kind=ngo&kind=school", headers={"HX-Request": "true"})
    assert (live.status_code, live.headers["HX-Push-Url"]) == (200, "/organisations/?kind=ngo%2Cschool")
    assert b"Save this view" in live.content
    keep(officer)
    assert b"Save this view" not in browse(officer).get("/organisations/?kind=ngo").content


def test_a_shared_view_is_seen_in_its_district_alone_and_is_its_owners_to_delete() -> None:
    north, south = make_district(), make_district()
    owner, colleague, stranger = make_officer(north), make_officer(north), make_officer(south)
    keep(owner, name="Ours", shared_with=north.pk)
    keep(owner, name="Shelters", query="kind=shelter")
    seen = browse(colleague).get("/organisations/").content
    assert b"Ours" in seen
    assert b"Shelters" not in seen
    assert b"Ours" not in browse(stranger).get("/organisations/").content
    view = SavedView.objects.get(name="Ours")
    assert browse(colleague).post(f"/views/{view.pk}/delete/").status_code == 403
    assert browse(stranger).post(f"/views/{view.pk}/delete/").status_code == 404
    client = browse(owner)
    assert client.post(f"/views/{view.pk}/delete/").status_code == 302
    undo(client, "/organisations/")
    assert SavedView.objects.get(name="Ours").shared_with == north


def test_a_district_not_covered_is_refused() -> None:
    south = make_district()
    assert keep(make_officer(make_district()), shared_with=south.pk).status_code == 422
    assert SavedView.objects.count() == 0


def test_only_filters_are_kept_and_no_search_for_a_person() -> None:
    officer = make_officer(make_district())
    keep(officer, query="kind=ngo&cursor=abc&evil=1&ordering=-last_met_at&q=casa")
    assert SavedView.objects.get().query == "kind=ngo&ordering=-last_met_at&q=casa"
    keep(officer, at="contacts", query="q=garcia&ordering=review_on")
    assert SavedView.objects.get(list_name="contacts").query == "ordering=review_on"


def test_a_name_is_needed_and_used_once() -> None:
    officer = make_officer(make_district())
    assert keep(officer, name="").status_code == 422
    keep(officer)
    answer = keep(officer, query="kind=shelter")
    assert answer.status_code == 422
    assert b"You already have a view with this name." in answer.content


def test_who_reads_nothing_keeps_nothing() -> None:
    assert keep(make_user(Role.ADMINISTRATOR)).status_code == 403
    assert keep(make_officer(make_district()), at="people").status_code == 404


def test_a_view_costs_a_list_one_statement(django_assert_max_num_queries: Any) -> None:
    north = make_district()
    officer = make_officer(north)
    for number in range(3):
        make_organisation(north)
        keep(officer, name=f"View {number}", query=f"kind=ngo&status=active&q=x{number}")
    client = browse(officer)
    with django_assert_max_num_queries(14):
        client.get("/organisations/")
    assert Organisation.objects.count() == 3
