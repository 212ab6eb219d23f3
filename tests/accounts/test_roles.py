"""A role above officer takes effect after a privacy officer has confirmed it."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services.act_mails import mail_new_acts
from accounts.services.acts import confirm_act, refuse_act, take_effect
from accounts.services.users import edit_user, invite_user
from audit.models import Action, Change, Event
from lib.conflicts import StaleVersion
from tests.factories import PASSWORD, make_actor, make_user
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

ABOVE = [Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.CONFIRMER]


@pytest.fixture
def waiting() -> User:
    """A future supervisor, as an administrator has invited her."""
    return invite_user(
        actor=make_actor(role=Role.ADMINISTRATOR),
        name="Sue",
        email="sue@police.example",
        role=Role.SUPERVISOR,
    )


def asked(user: User) -> UUID:
    """Return the only pending request of an account."""
    return PendingAct.objects.waiting().get(user=user).pk


def prove(client: Client, password: str = PASSWORD) -> None:
    client.post("/accounts/reauthenticate/", {"password": password})


@pytest.mark.parametrize("role", ABOVE)
def test_until_then_they_work_as_an_officer(role: Role) -> None:
    administrator = make_actor(role=Role.ADMINISTRATOR)
    user = invite_user(actor=administrator, name="Sue", email="sue@police.example", role=role)
    assert (user.role, user.asked_role, actor_for(user).role) == ("officer", role, "officer")
    confirm_act(actor=make_actor(role=Role.PRIVACY_OFFICER), act_id=asked(user))
    if role == Role.PRIVACY_OFFICER:  # there is one, who can still object
        assert actor_for(User.objects.get(pk=user.pk)).role == "officer"
        PendingAct.objects.update(takes_effect_at=timezone.now())
        assert take_effect() == 1
    user.refresh_from_db()
    assert (user.role, user.asked_role, actor_for(user).role) == (role, "", role)


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.CONFIRMER])
def test_who_decides_for_others_gets_the_role_a_day_after_the_confirmation_unless_it_is_cancelled(
    role: Role,
) -> None:
    administrator, second = make_actor(role=Role.ADMINISTRATOR), make_actor(role=Role.PRIVACY_OFFICER)
    make_user(role)
    user = invite_user(actor=administrator, name="Sue", email="sue@police.example", role=role)
    agreed = confirm_act(actor=second, act_id=asked(user))
    assert agreed.takes_effect_at and agreed.takes_effect_at - timezone.now() > timedelta(hours=23)
    with pytest.raises(ValidationError, match="already confirmed"):
        confirm_act(actor=second, act_id=agreed.pk)
    refuse_act(actor=make_actor(role=Role.CONFIRMER), act_id=agreed.pk)
    PendingAct.objects.update(takes_effect_at=timezone.now())
    assert take_effect() == 0
    user.refresh_from_db()
    assert (user.role, user.asked_role) == ("officer", "")


def test_a_role_that_changes_after_the_confirmation_is_confirmed_again() -> None:
    administrator, second = make_actor(role=Role.ADMINISTRATOR), make_actor(role=Role.PRIVACY_OFFICER)
    for role in (Role.CONFIRMER, Role.PRIVACY_OFFICER):
        make_user(role)
    ghost = invite_user(actor=administrator, name="G", email="g@police.example", role=Role.CONFIRMER)
    confirm_act(actor=second, act_id=asked(ghost))
    edit_user(actor=administrator, user_id=ghost.pk, role=Role.PRIVACY_OFFICER)
    PendingAct.objects.waiting().filter(takes_effect_at__isnull=False).update(takes_effect_at=timezone.now())
    assert take_effect() == 0
    ghost.refresh_from_db()
    assert ghost.role == "officer"
    act = PendingAct.objects.waiting().get(user=ghost)
    assert (act.role, act.takes_effect_at) == ("privacy_officer", None)


def test_the_first_of_a_role_waits_for_no_day_and_the_first_after_a_deactivated_one_does() -> None:
    administrator, second = make_actor(role=Role.ADMINISTRATOR), make_actor(role=Role.PRIVACY_OFFICER)
    user = invite_user(actor=administrator, name="C", email="c@police.example", role=Role.CONFIRMER)
    assert confirm_act(actor=second, act_id=asked(user)).is_confirmed
    edit_user(actor=administrator, user_id=user.pk, is_active=False)
    other = invite_user(actor=administrator, name="D", email="d@police.example", role=Role.CONFIRMER)
    assert confirm_act(actor=second, act_id=asked(other)).takes_effect_at


@pytest.mark.parametrize("by_command", [False, True])
def test_all_who_hold_a_role_are_told_whenever_someone_gets_it(mail_sink: MailSink, by_command: bool) -> None:
    holders = {make_user(Role.PRIVACY_OFFICER).email for _number in range(2)}
    close = make_user(Role.PRIVACY_OFFICER)
    administrator = make_actor(role=Role.ADMINISTRATOR)
    PendingAct.objects.create(  # cannot confirm, and is told all the same
        user=close, kind=Act.EMAIL, email=close.email, asked_by_id=administrator.id,
        decided_at=timezone.now(), is_confirmed=True,
    )  # fmt: skip
    holders.add(close.email)
    if by_command:
        call_command("create_privacy_officer", "sue@p.example", "--another", stdout=StringIO())
    else:
        user = invite_user(actor=administrator, name="Sue", email="sue@p.example", role=Role.PRIVACY_OFFICER)
        mail_new_acts()
        assert {message["To"] for message in mail_sink.messages} == holders
        confirm_act(actor=make_actor(role=Role.CONFIRMER), act_id=asked(user))
        PendingAct.objects.filter(user=user).update(takes_effect_at=timezone.now())
        assert take_effect() == 1
        mail_sink.messages.clear()
    mail_new_acts()
    assert holders <= {message["To"] for message in mail_sink.messages}
    assert "has taken effect" in mail_sink.messages[0]["Subject"]
    assert "privacy officer" in mail_sink.messages[0].get_content()


def test_an_officer_waits_for_nobody() -> None:
    user = invite_user(actor=make_actor(role=Role.ADMINISTRATOR), name="Olga", email="o@p.example")
    assert (user.role, user.asked_role) == ("officer", "")


def test_who_was_something_else_works_as_an_officer_meanwhile() -> None:
    administrator, user = make_actor(role=Role.ADMINISTRATOR), make_user(Role.SUPERVISOR)
    edit_user(actor=administrator, user_id=user.pk, role=Role.PRIVACY_OFFICER)
    user.refresh_from_db()
    assert (user.role, user.asked_role) == ("officer", "privacy_officer")


def test_the_name_of_one_who_waits_can_change_and_the_role_be_taken_back(waiting: User) -> None:
    administrator = make_actor(role=Role.ADMINISTRATOR)
    edit_user(actor=administrator, user_id=waiting.pk, name="Susan", role=Role.SUPERVISOR)
    waiting.refresh_from_db()
    assert (waiting.name, waiting.asked_role) == ("Susan", "supervisor")
    edit_user(actor=administrator, user_id=waiting.pk, role=Role.OFFICER)
    waiting.refresh_from_db()
    assert waiting.asked_role == ""


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_only_privacy_officers_confirm(waiting: User, role: Role) -> None:
    for decide in (confirm_act, refuse_act):
        with pytest.raises((PermissionDenied, PendingAct.DoesNotExist)):
            decide(actor=make_actor(role=role), act_id=asked(waiting))
    waiting.refresh_from_db()
    assert waiting.asked_role == "supervisor"


def test_nobody_confirms_their_own() -> None:
    user, _other = make_user(Role.PRIVACY_OFFICER), make_user(Role.PRIVACY_OFFICER)
    actor = actor_for(user)
    edit_user(actor=make_actor(role=Role.ADMINISTRATOR), user_id=user.pk, role=Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor, act_id=asked(user))


def test_refusing_and_confirming_are_in_the_trail(waiting: User) -> None:
    actor = make_actor(role=Role.PRIVACY_OFFICER)
    request = asked(waiting)
    with pytest.raises(StaleVersion):
        refuse_act(actor=actor, act_id=request, version=99)
    refuse_act(actor=actor, act_id=request, version=1)
    waiting.refresh_from_db()
    assert (waiting.role, waiting.asked_role, waiting.version) == ("officer", "", 2)
    event = Event.objects.get(action=Action.UPDATE, object_ids=[waiting.pk])
    assert (event.actor_id, event.field_names) == (actor.id, ["asked_role"])
    assert Change.objects.filter(event=event).exists()
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=actor, act_id=request)


def test_a_privacy_officer_confirms_on_a_page_after_saying_who_they_are(
    client: Client, waiting: User
) -> None:
    privacy_officer = make_user(Role.PRIVACY_OFFICER)
    client.force_login(privacy_officer)
    assert "Sue" in client.get("/settings/waiting/").content.decode()
    sent = {"decision": "confirm", "version": "1"}
    address = f"/settings/waiting/{asked(waiting)}/"
    answer = client.post(address, sent)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    answer = client.post(answer["Location"], {"password": PASSWORD, "next": address}, follow=True)
    assert "Confirmed for Sue: role." in answer.content.decode()
    assert "Nothing to confirm" in client.get("/settings/waiting/").content.decode()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_other_roles_have_no_such_page(client: Client, waiting: User, role: Role) -> None:
    client.force_login(make_user(role))
    assert client.get("/settings/waiting/").status_code == 403
    sent = {"decision": "confirm", "version": "1"}
    assert client.post(f"/settings/waiting/{asked(waiting)}/", sent).status_code == 403
    waiting.refresh_from_db()
    assert waiting.role == "officer"


@pytest.mark.parametrize("version", ["7", "", "x", "9" * 5000])
def test_what_was_changed_meanwhile_is_not_confirmed_unseen(
    client: Client, waiting: User, version: str
) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    prove(client)
    client.post(f"/settings/waiting/{asked(waiting)}/", {"decision": "confirm", "version": version})
    waiting.refresh_from_db()
    assert (waiting.role, waiting.asked_role) == ("officer", "supervisor")


def test_an_administrator_says_who_they_are_before_giving_a_role(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    user = make_user(Role.OFFICER)
    sent: dict[str, Any] = {"name": user.name, "email": user.email, "version": 1, "is_active": "on"}
    address = f"/settings/people/{user.pk}/"
    asked = client.post(address, sent | {"role": "supervisor"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    user.refresh_from_db()
    assert user.asked_role == ""
    assert client.post(address, sent | {"role": "officer", "name": "Ann"})["Location"] == "/settings/people/"
    answer = client.post(
        asked["Location"], {"password": PASSWORD, "next": address, "version": 2}, follow=True
    )
    assert answer.status_code in (200, 409)


def test_an_administrator_lets_who_lost_it_set_up_a_new_second_factor(client: Client) -> None:
    administrator, user = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER)
    theirs = Client()
    theirs.force_login(user)
    client.force_login(administrator)
    prove(client)
    address = "/settings/people/{}/second-factor/"
    assert client.post(address.format(user.pk)).status_code == 302
    assert theirs.get("/settings/").status_code == 302
    assert client.post(address.format(administrator.pk)).status_code == 403
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    assert client.post(address.format(user.pk)).status_code == 403


def test_the_first_privacy_officer_is_confirmed_at_the_command_line() -> None:
    administrator = make_actor(role=Role.ADMINISTRATOR)
    user = invite_user(actor=administrator, name="Pia", email="pia@police.example", role=Role.PRIVACY_OFFICER)
    call_command("confirm_role", "Pia@police.example", stdout=StringIO())
    user.refresh_from_db()
    assert user.role == "privacy_officer"
    assert Event.objects.filter(action=Action.UPDATE, actor_kind="system", object_ids=[user.pk]).exists()
    for address in ("pia@police.example", "nobody@police.example"):
        with pytest.raises(CommandError):
            call_command("confirm_role", address)


def test_the_servers_command_line_gives_a_role_at_once() -> None:
    assert (
        invite_user(actor=SYSTEM, name="A", email="a@p.example", role=Role.ADMINISTRATOR).role
        == "administrator"
    )
