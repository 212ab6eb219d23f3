"""The email address of an account that decides or reads changes by two persons."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services.acts import confirm_act, had_districts_lately
from accounts.services.credentials import password_link
from accounts.services.users import edit_user
from api.services.feeds import create_feed
from tests.accounts.second_person import invited, waiting
from tests.factories import make_actor, make_district, make_officer, make_user
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

ABOVE = [Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR]
REFUSED = (PermissionDenied, PendingAct.DoesNotExist)


@pytest.mark.parametrize("role", ABOVE)
def test_the_address_of_who_decides_changes_by_two_and_the_old_one_is_told(
    administrator: Actor, mail_sink: MailSink, django_capture_on_commit_callbacks: Any, role: str
) -> None:
    user = make_user(role, make_district(), email="paula@police.example")
    session = Client()
    session.force_login(user)
    with django_capture_on_commit_callbacks(execute=True):
        edit_user(actor=administrator, user_id=user.pk, email="mine@evil.example")
    user.refresh_from_db()
    assert user.email == "paula@police.example"
    assert [message["To"] for message in mail_sink.messages] == ["paula@police.example"]
    assert "Nothing changes until a second person confirms it." in mail_sink.messages[0].get_content()
    assert session.get("/settings/").status_code == 200
    request = waiting(user, Act.EMAIL)
    with pytest.raises(REFUSED):  # their own request
        confirm_act(actor=actor_for(user), act_id=request.pk)
    for other in (Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR):
        with pytest.raises(REFUSED):
            confirm_act(actor=make_actor(*user.districts.all(), role=other), act_id=request.pk)
    with django_capture_on_commit_callbacks(execute=True):
        confirm_act(actor=make_actor(role=Role.PRIVACY_OFFICER), act_id=request.pk)
    user.refresh_from_db()
    assert user.email == "mine@evil.example"
    assert session.get("/settings/").status_code == 302
    assert sorted(message["To"] for message in mail_sink.messages[1:]) == [
        "mine@evil.example",
        "paula@police.example",
    ]


def test_an_officers_address_waits_for_a_supervisor_of_all_their_districts(administrator: Actor) -> None:
    north, south = make_district(), make_district()
    user = make_officer(north, south)
    edit_user(actor=administrator, user_id=user.pk, email="new@police.example")
    request = waiting(user, Act.EMAIL).pk
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=make_actor(north, role=Role.SUPERVISOR), act_id=request)
    confirm_act(actor=make_actor(north, south, role=Role.SUPERVISOR), act_id=request)
    user.refresh_from_db()
    assert user.email == "new@police.example"


def test_the_address_of_who_has_never_signed_in_and_reads_nothing_changes_at_once(
    administrator: Actor,
) -> None:
    user = invited(administrator, make_district())
    edit_user(actor=administrator, user_id=user.pk, email="olga.lind@police.example")
    user.refresh_from_db()
    assert user.email == "olga.lind@police.example"


def test_nobody_gets_in_by_what_was_chosen_at_an_earlier_address(
    administrator: Actor, client: Client, django_capture_on_commit_callbacks: Any, mail_sink: MailSink
) -> None:
    """The second person sees the name and address of a colleague, not who chose the password."""
    fresh = invited(administrator, email="mine@evil.example")
    used = make_officer(email="also@evil.example")
    client.post(path := urlsplit(password_link(fresh)).path)
    key_page = client.get(path)["Location"]
    client.post(key_page, {"password1": "planted-9931!", "password2": "planted-9931!"})
    fresh.refresh_from_db()
    assert fresh.check_password("planted-9931!")
    User.objects.filter(pk=used.pk).update(last_login=timezone.now())
    token = create_feed(actor=Actor(kind="user", id=used.pk, role=Role.OFFICER))
    known = make_officer(make_district(), email="known@police.example")
    for user in (used, known):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    second = make_actor(role=Role.PRIVACY_OFFICER)
    with django_capture_on_commit_callbacks(execute=True):
        edit_user(actor=administrator, user_id=fresh.pk, email="olga@police.example")
        for user in (used, known):
            edit_user(actor=administrator, user_id=user.pk, email=f"new.{user.pk}@police.example")
            confirm_act(actor=second, act_id=waiting(user, Act.EMAIL).pk)
    for user in (fresh, used, known):
        user.refresh_from_db()
        assert user.email.endswith("@police.example")
        assert not user.has_usable_password()
    # The factor of who already reads stays: a reset link alone must not open records.
    assert list(Authenticator.objects.values_list("user", flat=True)) == [known.pk]
    assert client.get(f"/feeds/{token}/meetings.ics").status_code == 404
    assert "your password no longer works" in mail_sink.messages[-1].get_content()
    assert client.post("/accounts/password/reset/", {"email": "olga@police.example"}).status_code == 302
    assert mail_sink.messages[-1]["To"] == "olga@police.example"


def test_taking_the_districts_away_first_does_not_free_the_address(administrator: Actor) -> None:
    user = make_officer(make_district(), last_login=timezone.now())
    edit_user(actor=administrator, user_id=user.pk, districts=[])
    edit_user(actor=administrator, user_id=user.pk, email="mine@evil.example")
    user.refresh_from_db()
    assert user.email != "mine@evil.example"


def test_nor_where_they_have_never_signed_in(administrator: Actor) -> None:
    user, other = make_officer(make_district()), make_officer()
    for one in (user, other):
        one.last_login = None
        one.save()
        edit_user(actor=administrator, user_id=one.pk, districts=[])
        edit_user(actor=administrator, user_id=one.pk, email=f"{one.pk}@evil.example")
    user.refresh_from_db()
    assert waiting(user, Act.EMAIL).email == f"{user.pk}@evil.example" != user.email
    assert not other.acts.exists()  # never had a district, so a wrong address can be corrected
    later = timezone.now() + timedelta(days=31)
    assert had_districts_lately(user, timezone.now())
    assert not had_districts_lately(user, later)


def test_nor_does_making_them_an_officer(administrator: Actor) -> None:
    user, _other = (make_user(Role.PRIVACY_OFFICER, last_login=timezone.now()) for _n in range(2))
    edit_user(actor=administrator, user_id=user.pk, role=Role.OFFICER, email="mine@evil.example")
    edit_user(actor=administrator, user_id=user.pk, email="mine@evil.example")
    user.refresh_from_db()
    assert user.email != "mine@evil.example"


def test_a_taken_address_is_refused_when_it_is_asked_for_and_when_it_is_confirmed(
    administrator: Actor,
) -> None:
    user, other = make_officer(make_district()), make_officer()
    with pytest.raises(Exception, match="already"):
        edit_user(actor=administrator, user_id=user.pk, email=other.email.upper())
    edit_user(actor=administrator, user_id=user.pk, email="free@police.example")
    User.objects.filter(pk=other.pk).update(email="free@police.example")
    with pytest.raises(Exception, match="already"):
        confirm_act(actor=make_actor(role=Role.PRIVACY_OFFICER), act_id=waiting(user, Act.EMAIL).pk)
