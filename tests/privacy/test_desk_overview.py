"""The confirmer sees how often privacy officers look people up, and never whom."""

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role
from audit.models import Action
from audit.services import record
from privacy.queries.desk_overview import overview_of
from privacy.services.erasure_job import erase_at_once
from tests.factories import make_contact, make_district, make_meeting, make_supervisor, make_user
from tests.privacy.erasures import decided, erased
from tests.privacy.making import make_request
from tests.privacy.requesting import searched

pytestmark = pytest.mark.django_db


def test_the_confirmer_sees_requests_and_look_ups_by_month_without_a_name() -> None:
    north, desk = make_district("North"), make_user(Role.PRIVACY_OFFICER, name="Paula Weiss")
    actor = actor_for(desk)
    make_contact(north, given_name="Leila", family_name="Haddad")
    row = searched(actor)
    make_request(desk, make_meeting(north), make_contact(north))
    record(actor, Action.INQUIRE, "contact", [])
    client = Client()
    client.force_login(make_user(Role.CONFIRMER))
    assert "/privacy/desk/" in client.get("/settings/waiting/").text
    page = client.get("/privacy/desk/")
    assert page.status_code == 200
    for shown in (row.number, "copy of a person’s data", "Findings to decide", "1 finding", "Paula Weiss"):
        assert shown in page.text
    for hidden in ("Haddad", "Leila", "North", str(row.pk)):
        assert hidden not in page.text
    overview = overview_of(actor_for(make_user(Role.CONFIRMER)))
    assert overview is not None
    [month] = overview.months
    assert month.numbers == [2, 1, 1, 0, 0]  # requests, searches, inquiries


def test_an_erasure_is_counted_once_with_and_without_a_request() -> None:
    north, desk = make_district("North"), make_user(Role.PRIVACY_OFFICER)
    actor = actor_for(desk)
    make_contact(north, given_name="Leila", family_name="Haddad")
    erased(actor, decided(actor))
    erase_at_once(actor, [make_contact(north).pk])
    overview = overview_of(actor_for(make_user(Role.CONFIRMER)))
    assert overview is not None
    assert overview.months[0].numbers[-1] == 2


def test_nobody_else_sees_the_work_of_the_desk() -> None:
    supervisor = make_supervisor(make_district())
    client = Client()
    client.force_login(supervisor)
    assert client.get("/privacy/desk/").status_code == 403
    assert overview_of(actor_for(supervisor)) is None
