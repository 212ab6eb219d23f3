"""Find: pages for every role, the reader's organisations, and records for those who may read them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Organisation
from contacts.queries.own_organisations import own_organisations
from districts.models import District
from lib.days import city_today
from pages.search.finding_pages import find_pages
from tests.architecture.test_access_matrix import RULES
from tests.factories import make_contact, make_district, make_officer, make_organisation, make_user
from tests.markup import joined

pytestmark = pytest.mark.django_db

#: Pages that a role may open and Find does not offer: steps of other pages, answers to tools, and the demo.
NOT_OFFERED = {
    "": "redirects a confirmer to what waits",
    "search/": "Find itself",
    "practices/new/": "a step of the list",
    "practices/exchange-file/": "a step of the list",
    "practices/import/": "a step of the list",
    "plans/new/": "a step of the list",
    "duty/plan/": "a step of On duty",
    "protocols/new/": "a step of the list",
    "reviews/new/": "a step of the list",
    "subscriptions/new/": "a step of the list",
    "publishing/entries/new/": "a step of the list",
    "publishing/routes/new/": "a step of the list",
    "publishing/public/site/": "a step of Public pages",
    "publishing/texts/": "a step of Public pages",
    "privacy/breaches/new/": "a step of the list",
    "privacy/requests/new/": "a step of the list",
    "privacy/register/texts/": "a step of the register",
    "reports/notes/": "a step of the scorecard",
    "reports/revisions/": "a step of Today and of the scorecard",
    "reports/contact-wanted/organisations/": "a figure of the scorecard",
    "settings/districts/new/": "a step of the list",
    "settings/keys/new/": "a step of the list",
    "settings/webhooks/new/": "a step of the list",
    "organisations/selected/": "a step of the list",
    "follow-ups/selected/": "a step of the list",
    "livez": "for tools",
}


@pytest.fixture
def district() -> District:
    return make_district("North")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def suggested(client: Client, q: str) -> str:
    answer = client.get("/search/", {"q": q}, headers={"HX-Request": "true", "HX-Target": "suggestions"})
    assert answer.status_code == 200
    return answer.text


def addresses(html: str) -> set[str]:
    return {part.split('"')[0] for part in html.split('href="')[1:]}


def part(html: str, beginning: str, end: str = "</nav>") -> str:
    return html[html.index(beginning) :].partition(end)[0]


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("hand over", "handovers"),
        ("handover", "handovers"),
        ("dupl", "duplicates_of_organisations"),
        ("merge", "duplicates_of_organisations"),
        ("EXPORT", "organisations_export"),
        ("audit", "reviews"),
        ("calendar", "calendar"),
        ("passwort", None),
        ("password", "account_change_password"),
        ("sign out", "account_logout"),
        ("log out", "account_logout"),
        ("followup", "follow_ups"),
        ("2fa", "mfa_index"),
        ("c", None),
        ("calendar noor", None),
    ],
)
def test_a_page_is_found_by_its_label_and_by_other_words(
    district: District, q: str, name: str | None
) -> None:
    supervisor = actor_for(make_user(Role.SUPERVISOR, district))
    with translation.override("en"):
        assert next((page.name for page in find_pages(supervisor, q)), None) == name


def test_a_page_is_found_only_by_who_may_open_it(district: District) -> None:
    officer, supervisor = actor_for(make_officer(district)), actor_for(make_user(Role.SUPERVISOR, district))
    assert "handovers" in [page.name for page in find_pages(supervisor, "hand over")]
    assert "handovers" not in [page.name for page in find_pages(officer, "hand over")]


def test_pages_are_found_beside_records_and_without_any(district: District) -> None:
    client = signed_in(make_officer(district))
    found = client.get("/search/", {"q": "duplicates"}).text
    assert '"/duplicates/"' in part(found, 'id="found"', "</main>")
    assert "No results for" not in found and "1 result<" in joined(found)
    assert '"/duplicates/"' in suggested(client, "duplicates")
    organisation = make_organisation(district, name="Duplicates Club")
    found = part(client.get("/search/", {"q": "duplicates"}).text, 'id="found"', "</main>")
    assert {"/duplicates/", f"/organisations/{organisation.pk}/"} <= addresses(found)
    assert {"/duplicates/", f"/organisations/{organisation.pk}/"} <= addresses(
        suggested(client, "duplicates")
    )


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CONFIRMER])
def test_administrators_and_confirmers_find_pages_and_never_a_record(district: District, role: str) -> None:
    organisation = make_organisation(district, name="Settings Club", phone="+442079460903")
    contact = make_contact(district, family_name="Settings")
    records = {f"/organisations/{organisation.pk}/", f"/contacts/{contact.pk}/"}
    client = signed_in(make_user(role))
    for q in ("settings", "call settings", "log settings", "020 7946 0903", ""):
        told = addresses(client.get("/search/", {"q": q}).text) | addresses(suggested(client, q))
        assert "/settings/" in told
        assert not {address for address in told if address.startswith(("tel:", "/meetings/", "/contacts/"))}
        assert not records & told
    assert '"/settings/"' in suggested(client, "settings")
    assert not Event.objects.filter(action__in=[Action.SEARCH, Action.LIST]).exists()
    officer = signed_in(make_officer(district))
    assert records <= addresses(officer.get("/search/", {"q": "settings"}).text)


@pytest.mark.parametrize("role", Role)
def test_navigation_offers_what_the_role_may_open(district: District, role: str) -> None:
    """Places, bar and all pages, compared with who may open what (tests/architecture/matrix.toml)."""
    covered = [district, make_district("South")] if role in (Role.OFFICER, Role.SUPERVISOR) else []
    page = signed_in(make_user(role, *covered)).get("/search/").text
    offered = {
        resolve(address).route
        for nav in ('<nav class="places"', '<nav class="bar"', '<nav id="pages"')
        for address in addresses(part(page, nav))
    }
    opened = {
        line.removeprefix("GET ")
        for line, rule in RULES.items()
        if line.startswith("GET ") and rule[role].split()[0] == "200"
    }
    assert offered - opened == set()
    own = {route for route in opened if "<" not in route and not route.startswith(("api/", "accounts/"))}
    assert own - offered - set(NOT_OFFERED) == set()


@pytest.mark.parametrize("role", Role)
def test_find_has_settings_help_and_signing_out_for_everybody(role: str) -> None:
    main = part(signed_in(make_user(role)).get("/search/").text, "<main", "</main>")
    assert {"/settings/", "/help/"} <= addresses(main)
    assert 'action="/accounts/logout/"' in main


# --- The reader's organisations -------------------------------------------------------------------


def to_meet(district: District, days: int, **fields: Any) -> Organisation:
    row = make_organisation(district, **fields)
    Organisation.objects.filter(pk=row.pk).update(meet_by=city_today() + timedelta(days=days))
    return row


def test_own_organisations_come_first_and_those_to_meet_before_them(district: District) -> None:
    officer = make_officer(district)
    names = [
        to_meet(district, -90, name="Casa Uno").name,
        to_meet(district, 5, name="Casa Dos", lead_officer=officer).name,
        to_meet(district, -5, name="Casa Tres", lead_officer=officer).name,
        make_organisation(district, name="Casa Cuatro", lead_officer=officer).name,
    ]
    make_organisation(district, name="Not agreed")
    to_meet(district, -9, name="Closed", status="closed", lead_officer=officer)
    to_meet(make_district("South"), -99, name="Hidden")
    found = [row.name for row in own_organisations(actor_for(officer), 10)]
    assert found == [names[2], names[1], names[3], names[0]]
    assert own_organisations(actor_for(make_user(Role.PRIVACY_OFFICER)), 10) == []
    assert own_organisations(actor_for(make_user(Role.ADMINISTRATOR)), 10) == []


def test_find_lists_own_organisations_with_one_query_and_records_them(
    district: District, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    officer = make_officer(district)
    rows = [to_meet(district, -n, name=f"Casa {n}", lead_officer=officer) for n in range(1, 13)]
    actor = actor_for(officer)
    with django_assert_num_queries(1):
        found = own_organisations(actor, 10)
        assert [row.home_district.name for row in found] == ["North"] * 10
    main = part(signed_in(officer).get("/search/").text, "<main", "</main>")
    listed = {row.pk for row in rows[2:]}
    assert {f"/organisations/{pk}/" for pk in listed} <= addresses(main)
    event = Event.objects.get(action=Action.LIST)
    assert set(event.object_ids) == listed
    assert event.district_ids == [district.pk]
