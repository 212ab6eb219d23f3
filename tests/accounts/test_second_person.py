"""An administrator cannot open records alone: accounts that read them need a second person."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from accounts import rules
from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services import devices
from accounts.services.acts import confirm_act, confirm_all, refuse_act
from accounts.services.users import edit_user, forget_second_factor
from audit.models import Action, Event
from audit.services import record
from meetings.services.shifts import begin_shift
from tests.accounts.second_person import invited, waiting
from tests.factories import PASSWORD, make_actor, make_district, make_officer, make_organisation, make_user
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

REFUSED = (PermissionDenied, PendingAct.DoesNotExist)


# --- An account of one's own that reads -----------------------------------------------------------


def test_an_administrator_reads_nothing_through_an_officer_of_their_own(
    administrator: Actor, client: Client
) -> None:
    organisation = make_organisation(make_district("Northgate"))
    user = invited(administrator, organisation.home_district)
    client.force_login(user)
    assert client.get(f"/organisations/{organisation.pk}/").status_code == 404
    supervisor = make_actor(organisation.home_district, role=Role.SUPERVISOR)
    confirm_act(actor=supervisor, act_id=waiting(user, Act.DISTRICTS).pk)
    assert client.get(f"/organisations/{organisation.pk}/").status_code == 200


def test_nor_through_a_shift_of_an_officer_without_a_district(administrator: Actor) -> None:
    district, user = make_district(), make_officer()
    with pytest.raises(PermissionDenied):
        begin_shift(actor=actor_for(user), districts=[district], reason="night_duty", hours=2)
    user.districts.add(make_district())
    assert begin_shift(actor=actor_for(user), districts=[district], reason="night_duty", hours=2)


def test_more_districts_wait_and_fewer_hold_at_once(administrator: Actor) -> None:
    city = make_district("City")
    north, south = make_district("North", parent=city), make_district("South", parent=city)
    user = make_officer(city)
    edit_user(actor=administrator, user_id=user.pk, districts=[north])  # a part of the previous districts
    assert list(user.districts.all()) == [north]
    assert not user.acts.exists()
    edit_user(actor=administrator, user_id=user.pk, districts=[city, north])
    assert list(user.districts.all()) == [north]
    assert list(waiting(user, Act.DISTRICTS).districts.all()) == [city]
    edit_user(actor=administrator, user_id=user.pk, districts=[south])  # another district: nothing remains
    assert list(user.districts.all()) == []
    edit_user(actor=administrator, user_id=user.pk, districts=[])  # removed
    assert not user.acts.waiting().exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_districts_are_confirmed_by_no_officer_and_no_administrator(administrator: Actor, role: str) -> None:
    district = make_district()
    user = invited(administrator, district)
    for actor in (make_actor(district, role=role), administrator):
        with pytest.raises(REFUSED):
            confirm_act(actor=actor, act_id=waiting(user, Act.DISTRICTS).pk)
    assert not user.districts.exists()


def test_a_supervisor_confirms_what_lies_in_their_own_districts_whole(administrator: Actor) -> None:
    north, south = make_district(), make_district()
    user = invited(administrator, north, south)
    request = waiting(user, Act.DISTRICTS).pk
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=make_actor(north, role=Role.SUPERVISOR), act_id=request)
    confirm_act(actor=make_actor(north, south, role=Role.SUPERVISOR), act_id=request)
    assert set(user.districts.all()) == {north, south}


def test_whoever_the_asker_made_or_changed_this_week_confirms_nothing_of_theirs(
    administrator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    district = make_district()
    second = make_user(Role.PRIVACY_OFFICER)
    record(administrator, Action.UPDATE, "user", [second.pk], field_names=["second_factor"])
    user = invited(administrator, district)
    request = waiting(user, Act.DISTRICTS).pk
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor_for(second), act_id=request)
    monkeypatch.setattr(rules, "DAYS_APART", 0)  # as if a week had passed, because events cannot be backdated
    assert confirm_act(actor=actor_for(second), act_id=request).is_confirmed


def test_whoever_asks_does_not_choose_who_confirms(administrator: Actor) -> None:
    """A change that gives no control of an account, or that only waits, keeps nobody from confirming."""
    second = make_user(Role.PRIVACY_OFFICER, last_login=timezone.now())
    edit_user(actor=administrator, user_id=second.pk, name="Renamed", email="mine@evil.example")
    forget_second_factor(actor=administrator, user_id=second.pk)
    request = waiting(invited(administrator, make_district()), Act.DISTRICTS).pk
    assert confirm_act(actor=actor_for(second), act_id=request).is_confirmed


def test_a_second_person_on_the_device_of_whoever_asked_is_refused(
    administrator: Actor, client: Client
) -> None:
    second = make_user(Role.PRIVACY_OFFICER)
    user = invited(administrator, make_district())
    request = waiting(user, Act.DISTRICTS).pk
    used, other = HttpResponse(), HttpResponse()
    devices.remember(HttpRequest(), used, User.objects.get(pk=administrator.id))
    devices.remember(HttpRequest(), other, second)
    shared, own = (one.cookies[settings.DEVICE_COOKIE_NAME].value for one in (used, other))
    with pytest.raises(ValidationError, match="Ada Admin has signed in on this device"):
        confirm_act(actor=actor_for(second, device=shared), act_id=request)
    client.force_login(second)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    address, yes = f"/settings/waiting/{request}/", {"decision": "confirm", "version": user.version}
    client.cookies[settings.DEVICE_COOKIE_NAME] = shared
    assert "Ada Admin has signed in on this device" in client.post(address, yes, follow=True).text
    client.cookies[settings.DEVICE_COOKIE_NAME] = own
    assert "Confirmed for Olga" in client.post(address, yes, follow=True).text


def test_whoever_was_helped_into_an_account_by_the_asker_confirms_nothing_of_theirs(
    administrator: Actor,
) -> None:
    second = make_user(Role.PRIVACY_OFFICER)
    helped = PendingAct.objects.create(
        user=second,
        kind=Act.EMAIL,
        email="x@y.example",
        asked_by_id=administrator.id,
        decided_at=timezone.now() - timedelta(days=6),
        is_confirmed=True,
    )
    user = invited(administrator, make_district())
    request = waiting(user, Act.DISTRICTS).pk
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor_for(second), act_id=request)
    PendingAct.objects.filter(pk=helped.pk).update(decided_at=timezone.now() - timedelta(days=8))
    assert confirm_act(actor=actor_for(second), act_id=request).is_confirmed


def test_the_asker_confirms_nothing_even_as_a_privacy_officer_later(administrator: Actor) -> None:
    user = invited(administrator, make_district())
    User.objects.filter(pk=administrator.id).update(role=Role.PRIVACY_OFFICER)
    actor = actor_for(User.objects.get(pk=administrator.id))
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor, act_id=waiting(user, Act.DISTRICTS).pk)


def test_an_administrator_made_an_officer_again_does_not_read_in_districts_nobody_confirmed(
    administrator: Actor,
) -> None:
    district = make_district()
    user = make_user(Role.ADMINISTRATOR, district)
    edit_user(actor=administrator, user_id=user.pk, role=Role.OFFICER)
    user.refresh_from_db()
    assert (user.role, list(user.districts.all())) == ("officer", [])
    assert list(waiting(user, Act.DISTRICTS).districts.all()) == [district]


def test_the_same_asked_twice_is_one_request(administrator: Actor) -> None:
    user, district = make_officer(), make_district()
    for _time in range(2):
        edit_user(actor=administrator, user_id=user.pk, districts=[district])
    assert user.acts.count() == 1
    user.refresh_from_db()
    assert user.version == 2


def test_a_deactivated_account_with_districts_comes_back_by_two(administrator: Actor) -> None:
    district = make_district()
    user = make_officer(district)
    edit_user(actor=administrator, user_id=user.pk, is_active=False)
    edit_user(actor=administrator, user_id=user.pk, is_active=True)
    user.refresh_from_db()
    assert not user.is_active
    supervisor = make_actor(district, role=Role.SUPERVISOR)
    confirm_act(actor=supervisor, act_id=waiting(user, Act.REACTIVATION).pk)
    user.refresh_from_db()
    assert user.is_active


# --- Taking over an account that reads or decides -------------------------------------------------


ABOVE = [Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", ABOVE)
def test_the_second_factor_of_who_decides_is_forgotten_by_two(
    administrator: Actor, mail_sink: MailSink, django_capture_on_commit_callbacks: Any, role: str
) -> None:
    user, session = make_user(role), Client()
    session.force_login(user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    with django_capture_on_commit_callbacks(execute=True):
        for _tap in range(2):
            forget_second_factor(actor=administrator, user_id=user.pk)
    assert Authenticator.objects.filter(user=user).exists()
    assert session.get("/settings/").status_code == 200
    assert len(mail_sink.messages) == 1
    confirm_act(actor=make_actor(role=Role.PRIVACY_OFFICER), act_id=waiting(user, Act.SECOND_FACTOR).pk)
    assert not Authenticator.objects.filter(user=user).exists()
    assert session.get("/settings/").status_code == 302


def test_a_refused_request_changes_nothing_and_is_in_the_trail(administrator: Actor) -> None:
    user = make_officer(make_district(), email="was@police.example")
    edit_user(actor=administrator, user_id=user.pk, email="new@police.example")
    actor = make_actor(role=Role.PRIVACY_OFFICER)
    refuse_act(actor=actor, act_id=waiting(user, Act.EMAIL).pk)
    user.refresh_from_db()
    assert user.email == "was@police.example"
    names = Event.objects.filter(action=Action.UPDATE, object_type="user").values_list(
        "actor_id", "field_names"
    )
    assert list(names.order_by("at")) == [
        (administrator.id, ["asked_email"]),
        (actor.id, ["asked_email"]),
    ]


def test_the_only_privacy_officers_own_address_is_confirmed_at_the_command_line(
    administrator: Actor,
) -> None:
    user = make_user(Role.PRIVACY_OFFICER, email="paula@police.example")
    edit_user(actor=administrator, user_id=user.pk, email="paula.weiss@police.example")
    forget_second_factor(actor=administrator, user_id=user.pk)
    out = StringIO()
    call_command("confirm_role", "paula@police.example", stdout=out)
    user.refresh_from_db()
    assert user.email == "paula.weiss@police.example"
    assert "email address, new two-factor authentication" in out.getvalue()
    trail = Event.objects.filter(actor_kind="system", object_type="user", object_ids=[user.pk])
    assert sorted(name for event in trail for name in event.field_names) == ["email", "second_factor"]


def test_the_command_line_confirms_the_first_officers_too(administrator: Actor) -> None:
    district = make_district()
    user = invited(administrator, district, role=Role.SUPERVISOR)
    assert len(confirm_all(actor=Actor(kind="system"), user_id=user.pk)) == 2
    user.refresh_from_db()
    assert (user.role, list(user.districts.all())) == ("supervisor", [district])


# --- On the pages ---------------------------------------------------------------------------------


def prove(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.mark.parametrize("field", ["email", "districts", "is_active", "role"])
def test_an_administrator_says_who_they_are_before_asking_for_what_opens(client: Client, field: str) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    user, district = make_officer(), make_district()
    sent: dict[str, Any] = {
        "name": user.name,
        "email": user.email,
        "role": "officer",
        "version": 1,
        "is_active": "on",
    }
    changes = {"email": "x@y.example", "districts": [str(district.pk)], "is_active": "", "role": "supervisor"}
    answer = client.post(f"/settings/people/{user.pk}/", sent | {field: changes[field]})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    prove(client)
    answer = client.post(f"/settings/people/{user.pk}/", sent | {field: changes[field]})
    assert answer["Location"] == "/settings/people/"


def test_a_supervisor_decides_on_a_page_with_a_fresh_sign_in(client: Client, administrator: Actor) -> None:
    district = make_district("Northgate")
    user, elsewhere = invited(administrator, district), make_officer()
    edit_user(actor=administrator, user_id=elsewhere.pk, districts=[make_district("Southgate")])
    client.force_login(make_user(Role.SUPERVISOR, district))
    page = client.get("/settings/waiting/").content.decode()
    assert "Olga" in page
    assert "Asked by Ada Admin" in page
    assert "Southgate" not in page
    request = waiting(user, Act.DISTRICTS)
    address, sent = f"/settings/waiting/{request.pk}/", {"decision": "confirm", "version": user.version}
    assert client.post(address, sent)["Location"].startswith("/accounts/reauthenticate/")
    prove(client)
    assert client.post(address, sent | {"decision": "x"}).status_code == 302
    assert not user.districts.exists()
    page = client.post(address, sent, follow=True).content.decode()
    assert "Confirmed for Olga: districts." in page
    assert client.post(address, sent).status_code == 404  # a double tap
    assert client.post(f"/settings/waiting/{elsewhere.acts.get().pk}/", sent).status_code == 404


def test_saving_the_name_keeps_what_waits(client: Client, administrator: Actor) -> None:
    district = make_district()
    user = make_user(Role.OFFICER, make_district(), is_active=False, email="was@police.example")
    edit_user(
        actor=administrator,
        user_id=user.pk,
        email="new@police.example",
        is_active=True,
        districts=[*user.districts.all(), district],
    )
    client.force_login(make_user(Role.ADMINISTRATOR))
    page = client.get(f"/settings/people/{user.pk}/")
    form = page.context["form"]
    initial = form.initial | {"name": "Renamed", "is_active": "on"}
    initial["districts"] = [str(one.pk) for one in initial["districts"]]
    answer = client.post(f"/settings/people/{user.pk}/", initial)
    assert answer["Location"] == "/settings/people/"
    user.refresh_from_db()
    assert (user.name, user.email, user.acts.waiting().count()) == ("Renamed", "was@police.example", 3)
