"""The commands that create the first administrator and the first privacy officer."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actors import actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act
from accounts.services.users import invite_user
from audit.models import Action, Event
from tests.factories import make_officer, make_user

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    """Run the command and return the last line it printed."""
    out = StringIO()
    call_command("create_administrator", *arguments, stdout=out)
    return out.getvalue().splitlines()[-1]


def test_the_last_line_is_a_link_for_choosing_a_password(client: Client) -> None:
    link = create("ada@police.example")
    page = client.get(link, follow=True)
    assert "Choose a password" in page.content.decode()
    typed = {"password1": "a long pass phrase", "password2": "a long pass phrase"}
    client.post(page.request["PATH_INFO"], typed)
    assert (
        client.post(
            "/accounts/login/", {"login": "ada@police.example", "password": "a long pass phrase"}
        ).status_code
        == 302
    )
    assert client.get("/settings/people/").status_code == 200
    assert Event.objects.get(action=Action.CREATE).actor_kind == "system"


def test_a_second_one_needs_to_be_asked_for() -> None:
    make_user(Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="already exists"):
        create("eve@police.example")
    create("eve@police.example", "--another")
    assert User.objects.with_role(Role.ADMINISTRATOR).count() == 2


def test_before_the_first_sign_in_the_link_can_be_had_again() -> None:
    create("ada@police.example")
    assert create("Ada@police.example").startswith("http://testserver/accounts/password/reset/key/")
    assert User.objects.count() == 1


def test_one_who_is_switched_off_does_not_count() -> None:
    make_user(Role.ADMINISTRATOR, is_active=False)
    assert create("ada@police.example").startswith("http://testserver/")


def test_an_address_that_signs_in_already_or_is_none_is_refused() -> None:
    make_officer(email="ann@police.example")
    for address in ("ann@police.example", "ann", ""):
        with pytest.raises(CommandError):
            create(address)


def test_the_first_privacy_officer_confirms_on_the_first_day_who_the_administrator_invites() -> None:
    out = StringIO()
    call_command("create_privacy_officer", "pia@police.example", stdout=out)
    assert "privacy officer" in out.getvalue()
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    invited = invite_user(
        actor=administrator, email="sam@police.example", name="Sam", role=Role.PRIVACY_OFFICER
    )
    first = User.objects.get(email="pia@police.example")
    (request,) = PendingAct.objects.filter(user=invited)
    agreed = confirm_act(actor=actor_for(first), act_id=request.pk)
    assert agreed.is_agreed and not agreed.is_confirmed  # in effect a day later
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_privacy_officer", "pol@police.example")


def test_a_privacy_officer_invited_this_week_reads_why_another_person_decides(client: Client) -> None:
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    invited = invite_user(
        actor=administrator, email="pia@police.example", name="Pia", role=Role.PRIVACY_OFFICER
    )
    call_command("confirm_role", "pia@police.example", stdout=StringIO())
    invite_user(actor=administrator, email="sam@police.example", name="Sam", role=Role.SUPERVISOR)
    client.force_login(invited)
    page = client.get("/settings/waiting/").content.decode()
    assert "Another person decides" in page
    assert "has created your account or changed your sign-in in the last 7 days" in page
