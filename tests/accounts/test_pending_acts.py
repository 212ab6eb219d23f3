"""One inbox for every act that opens records: who sees it, one email, and its end after a week."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import rules
from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, Role, User
from accounts.services.act_mails import mail_new_acts
from accounts.services.acts import confirm_act, refuse_act, withdraw_expired
from accounts.services.users import edit_user, forget_second_factor, invite_user
from api.models import ApiKey
from api.models.key import KeyStatus
from api.services.keys import create_key, revoke_key
from audit.models import Action, Event
from exchange.exports.lists import KIND
from jobs.models import Job, JobFile
from jobs.services.jobs import queue_job
from jobs.services.running import run_next
from tests.factories import PASSWORD, make_actor, make_contact, make_district, make_officer, make_user
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

EIGHT_DAYS = timedelta(days=8)


@pytest.fixture
def administrator() -> Actor:
    return actor_for(make_user(Role.ADMINISTRATOR, name="Ada Admin"))


def a_key(administrator: Actor) -> ApiKey:
    key, _token = create_key(
        actor=administrator,
        name="Platform",
        purpose="participation",
        source="platform",
        scopes=["organisations:read"],
        is_citywide=True,
    )
    return key


def pending(key: ApiKey) -> PendingAct:
    return PendingAct.objects.waiting().get(subject=key.pk)


def wait_eight_days() -> None:
    PendingAct.objects.update(asked_at=timezone.now() - EIGHT_DAYS)
    assert withdraw_expired() > 0
    assert not PendingAct.objects.waiting().exists()
    assert withdraw_expired() == 0


def test_every_kind_says_who_confirms_it_and_never_an_officer_or_an_administrator() -> None:
    assert set(rules.ACTS) == set(Act.values)
    assert frozenset().union(*(act.confirms for act in rules.ACTS.values())) == rules.CONFIRMS
    assert not rules.CONFIRMS & {rules.OFFICER, rules.ADMINISTRATOR}


def test_a_key_is_confirmed_in_the_inbox_after_a_fresh_sign_in_and_by_privacy_officers_only(
    administrator: Actor,
) -> None:
    act = pending(a_key(administrator))
    for role in (Role.CONFIRMER, Role.SUPERVISOR):
        with pytest.raises(PendingAct.DoesNotExist):
            confirm_act(actor=make_actor(make_district(), role=role), act_id=act.pk)
    client = Client()
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    page = client.get("/settings/waiting/").content.decode()
    assert all(text in page for text in ("Platform", "whole city", "read organisations", "Ada Admin"))
    address, yes = f"/settings/waiting/{act.pk}/", {"decision": "confirm", "version": ""}
    assert "/reauthenticate/" in client.post(address, yes)["Location"]
    assert ApiKey.objects.get().status == KeyStatus.WAITING
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(address, yes)
    assert ApiKey.objects.get().status == KeyStatus.ACTIVE
    assert client.post(address, yes).status_code == 404


def test_a_rejected_key_is_revoked_and_a_revoked_one_waits_no_longer(administrator: Actor) -> None:
    privacy_officer = make_actor(role=Role.PRIVACY_OFFICER)
    key = a_key(administrator)
    refuse_act(actor=privacy_officer, act_id=pending(key).pk)
    assert ApiKey.objects.get(pk=key.pk).status == KeyStatus.REVOKED
    other = a_key(administrator)
    revoke_key(actor=privacy_officer, key_id=other.pk)
    assert not PendingAct.objects.waiting().exists()


def test_after_a_week_whatever_nobody_decided_is_withdrawn(administrator: Actor) -> None:
    key = a_key(administrator)
    user = invite_user(actor=administrator, name="Sue", email="s@p.example", role=Role.SUPERVISOR)
    PendingAct.objects.update(asked_at=timezone.now() - timedelta(days=6))
    assert withdraw_expired() == 0
    wait_eight_days()
    user.refresh_from_db()
    assert (user.role, user.asked_role) == ("officer", "")
    assert ApiKey.objects.get(pk=key.pk).status == KeyStatus.REVOKED
    event = Event.objects.get(object_type="user", actor_kind="system", action=Action.UPDATE)
    assert event.field_names == ["asked_role"]


def test_everybody_who_can_confirm_it_gets_one_email_that_names_no_record(
    administrator: Actor, mail_sink: MailSink, django_capture_on_commit_callbacks: Any
) -> None:
    north = make_district("Northgate")
    make_user(Role.SUPERVISOR, make_district(), email="elsewhere@p.example")
    make_user(Role.SUPERVISOR, north, email="sofia@p.example")
    make_user(Role.CONFIRMER, email="carla@p.example")
    # Whoever asks cannot choose who is asked, by a change that gives no control or only waits.
    renamed = make_user(Role.PRIVACY_OFFICER, email="changed@p.example", last_login=timezone.now())
    edit_user(actor=administrator, user_id=renamed.pk, name="Renamed", email="mine@evil.example")
    PendingAct.objects.update(mailed_at=timezone.now())
    invite_user(actor=administrator, name="Olga", email="olga@p.example", districts=[north])
    assert mail_new_acts() == 3
    assert mail_new_acts() == 0
    assert {message["To"] for message in mail_sink.messages} == {
        "sofia@p.example", "carla@p.example", "changed@p.example",
    }  # fmt: skip
    text = mail_sink.messages[0].get_content()
    assert "Ada Admin" in text
    assert "/settings/waiting/" in text
    assert "Northgate" not in text
    assert "olga@p.example" not in text


def test_a_supervisor_of_the_account_confirms_a_new_supervisor_and_no_other_role(
    administrator: Actor,
) -> None:
    north, south = make_district(), make_district()
    supervisor = make_actor(north, role=Role.SUPERVISOR)
    user, other, above = make_officer(north), make_officer(north, south), make_officer(north)
    for one, role in ((user, Role.SUPERVISOR), (other, Role.SUPERVISOR), (above, Role.PRIVACY_OFFICER)):
        edit_user(actor=administrator, user_id=one.pk, role=role)
    seen = PendingAct.objects.visible_to(supervisor)
    assert [act.user for act in seen] == [user]
    assert confirm_act(actor=supervisor, act_id=seen.get().pk).is_confirmed
    assert User.objects.get(pk=user.pk).role == Role.SUPERVISOR


def an_export(supervisor: User, people: int, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(rules, "MANY_PEOPLE", 2)
    for _number in range(people):
        make_contact(supervisor.districts.get())
    given = {"list": "contacts", "title": "Contacts", "format": "csv", "purpose": "A reception"}
    job = queue_job(actor=actor_for(supervisor), kind=KIND, parameters=given, needs={"query": "", "ids": []})
    assert run_next()
    job.refresh_from_db()
    assert job.status == "done", (job.error, job.message)
    return job


def test_an_export_of_many_people_is_released_by_a_second_supervisor_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    supervisor = make_user(Role.SUPERVISOR, make_district())
    job = an_export(supervisor, 3, monkeypatch)
    client = Client()
    client.force_login(supervisor)
    file = f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job).pk}/"
    assert client.get(file).status_code == 403
    act = PendingAct.objects.get(subject=job.pk)
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=make_actor(make_district(), role=Role.SUPERVISOR), act_id=act.pk)
    confirm_act(actor=make_actor(supervisor.districts.get(), role=Role.SUPERVISOR), act_id=act.pk)
    assert client.get(file).status_code == 200


def test_a_small_export_needs_nobody_else_and_several_that_nobody_releases_are_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    supervisor = make_user(Role.SUPERVISOR, make_district())
    small = an_export(supervisor, 2, monkeypatch)
    assert not PendingAct.objects.exists()
    client = Client()
    client.force_login(supervisor)
    assert client.get(f"/jobs/{small.pk}/files/{JobFile.objects.get(job=small).pk}/").status_code == 200
    large = an_export(supervisor, 0, monkeypatch)  # the same two people again
    wait_eight_days()
    assert not JobFile.objects.filter(job=large).exists()


def test_the_inbox_asks_the_database_the_same_whatever_waits(
    administrator: Actor, django_assert_max_num_queries: Any
) -> None:
    user = make_user(Role.PRIVACY_OFFICER)
    for number in range(3):
        invite_user(
            actor=make_actor(role=Role.ADMINISTRATOR),
            name="Sue",
            email=f"s{number}@p.example",
            role=Role.SUPERVISOR,
            districts=[make_district()],
        )
        forget_second_factor(actor=administrator, user_id=make_user(Role.SUPERVISOR).pk)
        create_key(
            actor=administrator,
            name="Tool",
            purpose="participation",
            source=f"tool{number}",
            scopes=["meetings:read"],
            districts=[make_district()],
        )
    client = Client()
    client.force_login(user)
    with django_assert_max_num_queries(14):
        assert client.get("/settings/waiting/").content.count(b'value="confirm"') == 12


def test_a_small_city_is_never_locked_out(administrator: Actor) -> None:
    """One privacy officer, whom the administrator has just changed: the confirmers go on."""
    call_command("create_confirmer", "secretary@city.example", verbosity=0)
    only = make_user(Role.PRIVACY_OFFICER)
    edit_user(actor=administrator, user_id=only.pk, email="new@city.example")
    invite_user(actor=administrator, name="Olga", email="o@p.example", districts=[make_district()])
    confirmer = actor_for(User.objects.get(role=Role.CONFIRMER))
    acts = list(PendingAct.objects.visible_to(confirmer).in_order())
    assert [act.kind for act in acts] == [Act.EMAIL, Act.DISTRICTS]
    for act in acts:
        confirm_act(actor=confirmer, act_id=act.pk)
    only.refresh_from_db()
    assert only.email == "new@city.example"
