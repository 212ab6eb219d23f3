"""Confirmers are second people from outside daily work: they confirm requests and see nothing else."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services.acts import confirm_act
from accounts.services.users import edit_user, forget_second_factor, invite_user
from audit.models import Action, Event
from tests.factories import PASSWORD, make_actor, make_district, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Actor:
    return make_actor(role=Role.ADMINISTRATOR)


def waiting(user: User, kind: str) -> Any:
    return user.acts.waiting().of_kind(kind).get().pk


def test_the_server_names_a_confirmer_and_a_substitute() -> None:
    out = StringIO()
    call_command("create_confirmer", "secretary@city.example", stdout=out)
    call_command("create_confirmer", "neighbour@city.example", "--another", stdout=out)
    assert out.getvalue().count("confirmer. Open this link to choose a password:") == 2
    assert User.objects.with_role(Role.CONFIRMER).count() == 2


def test_a_confirmer_opens_the_inbox_and_their_own_account_and_each_refusal_is_recorded(
    client: Client, administrator: Actor
) -> None:
    organisation = make_organisation()
    invited = invite_user(
        actor=administrator, name="Olga", email="olga@p.example", districts=[organisation.home_district]
    )
    confirmer = make_user(Role.CONFIRMER, organisation.home_district)
    client.force_login(confirmer)
    assert client.get("/")["Location"] == "/settings/waiting/"
    assert "Olga" in client.get("/settings/waiting/").content.decode()
    assert client.get("/settings/").status_code == 200
    closed = (
        f"/organisations/{organisation.pk}/",
        f"/districts/{organisation.home_district.code}/",
        "/settings/people/",
        "/no/such/page/",
        "/api/v1/officers/",
    )
    assert [client.get(path).status_code for path in closed] == [403, 403, 403, 404, 403]
    denied = Event.objects.filter(actor_id=confirmer.pk, action=Action.DENY, allowed=False)
    assert list(denied.order_by("at").values_list("object_type", flat=True)[:3]) == [
        "organisation",
        "district",
        "settings_people",
    ]
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    request = waiting(invited, Act.DISTRICTS)
    client.post(f"/settings/waiting/{request}/", {"decision": "confirm", "version": "1"})
    assert list(invited.districts.all()) == [organisation.home_district]


def test_a_confirmer_confirms_roles_districts_and_reactivation(administrator: Actor) -> None:
    confirmer = make_actor(role=Role.CONFIRMER)
    user = invite_user(actor=administrator, name="Sue", email="sue@p.example", role=Role.SUPERVISOR)
    confirm_act(actor=confirmer, act_id=waiting(user, Act.ROLE))
    edit_user(actor=administrator, user_id=user.pk, districts=[make_district()])
    confirm_act(actor=confirmer, act_id=waiting(user, Act.DISTRICTS))
    edit_user(actor=administrator, user_id=user.pk, is_active=False)
    edit_user(actor=administrator, user_id=user.pk, is_active=True)
    confirm_act(actor=confirmer, act_id=waiting(user, Act.REACTIVATION))
    user.refresh_from_db()
    assert (user.role, user.districts.count(), user.is_active) == ("supervisor", 1, True)


def test_a_confirmer_hands_over_no_account_above_officer_but_that_of_a_privacy_officer(
    administrator: Actor,
) -> None:
    confirmer = make_actor(role=Role.CONFIRMER)
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER):
        user = make_user(role)
        edit_user(actor=administrator, user_id=user.pk, email=f"{role}@p.example")
        forget_second_factor(actor=administrator, user_id=user.pk)
        for kind in (Act.EMAIL, Act.SECOND_FACTOR):
            with pytest.raises(PendingAct.DoesNotExist):
                confirm_act(actor=confirmer, act_id=waiting(user, kind))
    privacy_officer, officer = make_user(Role.PRIVACY_OFFICER), make_officer(make_district())
    for number, user in enumerate((privacy_officer, officer)):
        edit_user(actor=administrator, user_id=user.pk, email=f"new{number}@p.example")
        assert confirm_act(actor=confirmer, act_id=waiting(user, Act.EMAIL)).is_confirmed


def test_a_confirmer_made_an_officer_does_not_read_in_districts_nobody_confirmed(
    administrator: Actor,
) -> None:
    user = make_user(Role.CONFIRMER, make_district())
    edit_user(actor=administrator, user_id=user.pk, role=Role.OFFICER)
    assert actor_for(User.objects.get(pk=user.pk)).district_ids == frozenset()
