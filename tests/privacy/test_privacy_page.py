"""The page Privacy: which pages it offers to each role, and what is late or waiting on them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from districts.models import District
from lib.days import city_today
from pages.places import PRIVACY
from pages.privacy.overview import DESCRIPTIONS, GROUPS, STATUSES
from privacy.models import Breach, DataRequest
from tests.contacts.pages import browse
from tests.factories import make_officer, make_supervisor, make_user
from tests.privacy.making import make_breach
from tests.privacy.requesting import receive

pytestmark = pytest.mark.django_db


def rows_of(user: User) -> list[tuple[str, str, str]]:
    """Address, tone and status of each row on the page."""
    rows = re.findall(
        r'<li class="row(| late| today)">(.*?)</li>', browse(user).get("/privacy/").text, re.DOTALL
    )
    return [
        (
            re.findall(r'href="(.*?)"', row)[0],
            tone.strip(),
            "".join(re.findall(r'<span class="status.*?">(.*?)</span>', row)),
        )
        for tone, row in rows
    ]


def test_late_pages_come_first_then_those_that_wait(actor: Actor, officer_of_privacy: User) -> None:
    today = city_today()
    assert {tone for _path, tone, _status in rows_of(officer_of_privacy)} == {""}
    receive(actor, received_on=today - timedelta(days=25))
    breach = make_breach(officer_of_privacy)
    Breach.objects.filter(pk=breach.pk).update(
        noticed_at=timezone.now() - timedelta(hours=73), aware_at=timezone.now() - timedelta(hours=73)
    )
    assert rows_of(officer_of_privacy)[:3] == [
        ("/privacy/breaches/", "late", "1 late"),
        ("/privacy/requests/", "today", "1 due soon"),
        ("/privacy/notices/", "", "0 open"),
    ]
    receive(actor, received_on=today - timedelta(days=60))
    assert rows_of(officer_of_privacy)[0] == ("/privacy/requests/", "late", "1 late")
    Breach.objects.filter(pk=breach.pk).update(told_authority_at=timezone.now())
    assert ("/privacy/breaches/", "", "1 open") in rows_of(officer_of_privacy)


def test_requests_are_due_by_the_day_that_their_own_page_shows(actor: Actor) -> None:
    today = city_today()
    late, due, moved = (receive(actor, received_on=today - timedelta(days=days)) for days in (60, 30, 50))
    DataRequest.objects.filter(pk=due.pk).update(due_on=today)
    DataRequest.objects.filter(pk=moved.pk).update(extended_to=today + timedelta(days=1))
    requests = DataRequest.objects.visible_to(actor)
    assert list(requests.due_by(today - timedelta(days=1))) == [late]
    assert set(requests.due_by(today)) == {late, due}
    assert set(requests.due_by(today + timedelta(days=1))) == {late, due, moved}
    for row in requests.all():
        assert (row.days_left(today) < 0) == (row.pk == late.pk)
    assert not DataRequest.objects.visible_to(actor_for(make_officer())).due_by(today).exists()


def test_each_role_has_the_pages_that_it_may_open(officer_of_privacy: User, north: District) -> None:
    own = {"/privacy/trail/", "/alerts/"}
    sampled = {"/privacy/kept/", "/privacy/review/"}
    offered = {path for path, _tone, _status in rows_of(officer_of_privacy)}
    assert own | sampled < offered
    assert {path for path, *_ in rows_of(make_supervisor(north))} == own | sampled
    assert {path for path, *_ in rows_of(make_officer(north))} == own
    client, denied = browse(officer_of_privacy), browse(make_officer(north))
    for path in offered:
        assert client.get(path).status_code == 200
        assert denied.get(path).status_code == (200 if path in own else 403)
    assert browse(make_user(Role.ADMINISTRATOR)).get("/privacy/").status_code == 403


def test_every_page_of_the_place_is_on_the_list() -> None:
    listed = {name for _title, names in GROUPS for name in names}
    assert listed == {*DESCRIPTIONS, "privacy_trail"}
    assert set(STATUSES) <= listed
    assert {page.name for page in PRIVACY.pages} - listed == {"privacy", "desk_work"}


def test_lists_of_privacy_officers_have_tabs(officer_of_privacy: User, north: District) -> None:
    client = browse(officer_of_privacy)
    for path in (
        "/privacy/",
        "/privacy/requests/",
        "/privacy/breaches/",
        "/privacy/review/",
        "/settings/keys/",
    ):
        tabs = client.get(path).text.partition('<ul class="tabs">')[2].partition("</ul>")[0]
        assert re.findall(r'href="(.*?)"', tabs)[:2] == ["/privacy/", "/privacy/requests/"], path
        assert f'href="{path}" aria-current="page"' in tabs, path
    assert '<ul class="tabs">' not in client.get("/privacy/register/").text
    assert '<ul class="tabs">' not in browse(make_supervisor(north)).get("/privacy/").text
