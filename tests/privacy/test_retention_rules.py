"""Retention rules: proposals that do nothing, versions in force, and what a period would do today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.act_mails import mail_new_acts
from accounts.services.acts import confirm_act, refuse_act, take_effect, withdraw_expired
from api.changes import KEPT
from api.queries.actors import actor_for_key
from audit.models import Action, Event
from contacts.models import Affiliation, Contact
from contacts.services.affiliations import shown_affiliations
from contacts.services.contacts import edit_contact
from contacts.services.ended_roles import record_ended_roles
from lib.conflicts import StaleVersion
from lib.days import city_today
from lib.row_context import acting_as
from privacy import inventory
from privacy.codes import RetentionCode
from privacy.models import PendingRule, RetentionRule
from privacy.queries.retention import AGED, MARKED, STAYS, number_due
from privacy.rules.retention import LEAST_LOG_DAYS
from privacy.services.retention_rules import end_rule, put_rule_in_force
from tests.api.clients import Tool
from tests.api.told import changes_since, known_changes, read, untold
from tests.factories import (
    PASSWORD,
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.plugins.mail import MailSink
from tests.privacy.making import confirm_pending, put_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(desk: User) -> Actor:
    return actor_for(desk)


def in_force(actor: Actor, code: str, days: int = 1095) -> RetentionRule:
    """Put a rule in force since yesterday, so that it acts."""
    latest = RetentionRule.objects.with_code(code).first()
    row = put_in_force(actor, code, days, latest.number if latest else 0)
    row.in_force_since = timezone.now() - timedelta(days=1)
    row.save(update_fields=["in_force_since"])
    return row


def test_each_proposal_of_the_inventory_can_be_put_in_force_and_nothing_else() -> None:
    decided = {code for code, rule in inventory.rules().items() if rule.acts == "decided"}
    assert decided == set(RetentionCode.values)
    assert set(AGED) == decided - {"trail"}


def test_each_table_whose_texts_a_rule_removes_is_covered() -> None:
    """A new text is removed, or its name is in a list with the reason."""
    wanted = {
        (one.rule.code, one.model)
        for one in inventory.fields().values()
        if one.rule.then == "blank" and one.category in inventory.TEXTS
    }
    assert wanted == {
        (code, aged.label)
        for code, tables in AGED.items()
        for aged in tables
        if inventory.rules()[code].then == "blank"
    }
    named = {(one.model, one.name) for one in inventory.fields().values() if one.category in inventory.TEXTS}
    assert set(STAYS) | MARKED <= named
    assert all(STAYS.values())


def test_a_rule_is_put_in_force_replaced_and_ended(actor: Actor) -> None:
    first = put_in_force(actor, "meeting_texts", 400)
    with pytest.raises(StaleVersion):  # someone who has read the proposal only
        put_rule_in_force(actor=actor, code="meeting_texts", days=1095, basis="Decision 8", number=0)
    second = put_rule_in_force(actor=actor, code="meeting_texts", days=1095, basis="Decision 8", number=1)
    first.refresh_from_db()
    assert (first.ended_by_id, second.number) == (actor.id, 2)
    assert list(RetentionRule.objects.visible_to(actor).in_force()) == [second]
    end_rule(actor=actor, code="meeting_texts", number=2)
    assert not RetentionRule.objects.in_force().exists()
    with pytest.raises(ValidationError, match="not in force"):
        end_rule(actor=actor, code="meeting_texts", number=2)
    events = Event.objects.filter(object_type="retention_rule")
    assert events.filter(action=Action.CREATE).count() == 2
    ended = events.filter(action=Action.UPDATE, field_names=["ended_at"])
    assert ended.get().purpose == "meeting_texts 2"


def pending(code: str, days: int, actor: Actor, number: int = 0) -> PendingAct:
    row = put_rule_in_force(actor=actor, code=code, days=days, basis="Decision 7", number=number)
    assert isinstance(row, PendingRule)
    return PendingAct.objects.waiting().get(subject=row.pk)


def test_a_new_or_shorter_rule_needs_two_people_and_a_week_and_a_longer_one_nobody(actor: Actor) -> None:
    act = pending("contact", 365, actor)
    assert not RetentionRule.objects.exists()
    with pytest.raises(PermissionDenied):  # never whoever asked
        confirm_act(actor=actor, act_id=act.pk)
    with pytest.raises(ValidationError, match="waits already"):
        put_rule_in_force(actor=actor, code="contact", days=400, basis="Decision 8", number=0)
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR):
        with pytest.raises(PermissionDenied):
            confirm_act(actor=make_actor(make_district(), role=role), act_id=act.pk)
    agreed = confirm_act(actor=make_actor(role=Role.PRIVACY_OFFICER), act_id=act.pk)
    assert agreed.takes_effect_at and agreed.takes_effect_at - timezone.now() > timedelta(days=6, hours=23)
    assert take_effect() == withdraw_expired() == 0 and not RetentionRule.objects.exists()
    PendingAct.objects.update(takes_effect_at=timezone.now(), asked_at=timezone.now() - timedelta(days=8))
    assert (withdraw_expired(), take_effect()) == (0, 1)
    rule = RetentionRule.objects.get()
    assert (rule.days, rule.approved_by_id, rule.confirmed_by_id) == (365, actor.id, agreed.decided_by_id)
    assert not PendingRule.objects.exists()
    longer = put_rule_in_force(actor=actor, code="contact", days=400, basis="Decision 8", number=1)
    assert isinstance(longer, RetentionRule)
    pending("contact", 399, actor, number=2)


def test_a_rule_can_be_cancelled_until_it_is_in_force_also_by_whoever_asked(actor: Actor) -> None:
    for by in (actor, make_actor(role=Role.CONFIRMER)):
        act = pending("contact", 30, actor)
        confirm_act(actor=make_actor(role=Role.CONFIRMER), act_id=act.pk)
        refuse_act(actor=by, act_id=act.pk)
        PendingAct.objects.update(takes_effect_at=timezone.now())
        assert take_effect() == 0
    assert not RetentionRule.objects.exists() and not PendingRule.objects.exists()


def test_a_rule_is_dropped_if_one_of_the_two_people_was_deactivated_meanwhile(actor: Actor) -> None:
    act = pending("contact", 30, actor)
    confirm_act(actor=make_actor(role=Role.CONFIRMER), act_id=act.pk)
    User.objects.filter(pk=actor.id).update(is_active=False)
    PendingAct.objects.update(takes_effect_at=timezone.now())
    assert take_effect() == 1
    assert not RetentionRule.objects.exists() and not PendingRule.objects.exists()


def test_a_rule_is_dropped_if_the_second_person_may_no_longer_confirm_it(actor: Actor) -> None:
    act, second = pending("contact", 30, actor), make_user(Role.CONFIRMER)
    confirm_act(actor=actor_for(second), act_id=act.pk)
    User.objects.filter(pk=second.pk).update(role=Role.OFFICER)
    PendingAct.objects.update(takes_effect_at=timezone.now())
    assert take_effect() == 1
    assert not RetentionRule.objects.exists() and not PendingRule.objects.exists()


def test_supervisors_and_all_privacy_officers_are_told_when_a_rule_is_asked_for_and_confirmed(
    desk: User, actor: Actor, mail_sink: MailSink
) -> None:
    make_officer(make_district())
    supervisor = make_user(Role.SUPERVISOR, make_district(), email="sofia@p.example")
    make_user(Role.PRIVACY_OFFICER, email="other@p.example")
    make_user(Role.CONFIRMER, email="carla@p.example")
    act = pending("contact", 30, actor)
    mail_new_acts()
    asked = {"sofia@p.example", "other@p.example", "carla@p.example"}
    assert {message["To"] for message in mail_sink.messages} == asked
    assert all("30" in message.get_content() for message in mail_sink.messages)
    client = Client()
    client.force_login(supervisor)
    for path in ("/settings/waiting/", "/"):  # they see it, and others decide
        page = client.get(path).text
        assert "Retention rule: contacts" in page and 'value="confirm"' not in page
    second = make_user(Role.CONFIRMER, email="second@p.example")
    confirm_act(actor=actor_for(second), act_id=act.pk)
    told = len(mail_sink.messages)
    mail_new_acts()
    assert {message["To"] for message in mail_sink.messages[told:]} == {
        *asked,
        desk.email,
        "second@p.example",
    }
    assert "can be cancelled" in mail_sink.messages[-1].get_content()


def test_a_confirmer_reads_the_number_that_the_privacy_officer_read(
    desk: User, actor: Actor, mail_sink: MailSink
) -> None:
    old = timezone.now() - timedelta(days=500)
    for _number in range(3):
        make_contact(make_district())
    Contact.objects.update(updated_at=old)
    assert number_due("contact", 365) == 3
    confirmer = make_user(Role.CONFIRMER, email="carla@p.example")
    pending("contact", 365, actor)
    for user in (desk, confirmer):
        client = Client()
        client.force_login(user)
        assert "Records due today: 3" in client.get("/settings/waiting/").text
    with acting_as(actor_for(confirmer)):
        mail_new_acts()
    assert any("Records due today: 3" in message.get_content() for message in mail_sink.messages)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"days": 29}, "days"), ({"days": 40_000}, "days"), ({"basis": ""}, "basis"), ({"code": "x"}, "")],
)
def test_bad_input_is_rejected_by_field(actor: Actor, wrong: dict[str, object], field: str) -> None:
    given: dict[str, Any] = {"code": "contact", "days": 365, "basis": "Decision 7", "number": 0} | wrong
    with pytest.raises(ValidationError) as refused:
        put_rule_in_force(actor=actor, **given)
    assert not field or field in refused.value.message_dict
    assert not RetentionRule.objects.exists()


def test_the_log_stays_as_long_as_the_change_feed_reaches_back(
    actor: Actor, desk: User, client: Client
) -> None:
    assert timedelta(days=LEAST_LOG_DAYS) >= KEPT
    with pytest.raises(ValidationError, match="at least 400 days"):
        put_rule_in_force(actor=actor, code="trail", days=399, basis="Decision 7", number=0)
    assert not RetentionRule.objects.exists()
    put_in_force(actor, "trail", 400)
    client.force_login(desk)
    assert "Today, 0 entries would be deleted." in client.get("/privacy/rules/trail/").text


def test_ended_roles_are_hidden_as_soon_as_their_rule_is_in_force(actor: Actor) -> None:
    north = make_district()
    place, other = make_organisation(north, name="Old mill"), make_organisation(north, name="New mill")
    row = make_contact(north, other)
    ended = city_today() - timedelta(days=3)
    Affiliation.objects.create(contact=row, organisation=place, role_title="Keyholder", until=ended)
    by, keys = actor_for(make_officer(north)), [actor_for_key(Tool(north).key)]
    record_ended_roles()

    def seen() -> set[str]:
        page = Contact.objects.visible_to(by).for_its_page().get(pk=row.pk)
        edited = {role["organisation"].name for role in shown_affiliations(row, by)}
        assert {role.organisation.name for role in page.affiliations.all()} == edited
        return edited

    def change(act: Callable[[], object]) -> set[str]:
        """Return what is seen after an act, of which the change feed must tell."""
        before, known = read(keys), known_changes()
        act()
        record_ended_roles()
        changes = changes_since(known)
        assert len(changes) == 1 and not list(untold(keys, before, read(keys), changes))
        return seen()

    assert seen() == {"Old mill", "New mill"}
    assert change(lambda: put_in_force(actor, "ended_role", 90)) == {"New mill"}
    [role] = shown_affiliations(row, by)
    assert role["organisation"] == other
    edit_contact(actor=by, contact_id=row.pk, version=row.version, affiliations=[role])
    assert row.affiliations.count() == 2  # hidden, and as it was
    longer = {"actor": actor, "code": "ended_role", "days": 95, "basis": "Decision 8", "number": 1}
    put_rule_in_force(**longer)
    assert not Affiliation.objects.ended_unreported().exists()  # hidden before and after
    ended_rule = change(lambda: end_rule(actor=actor, code="ended_role", number=2))
    assert ended_rule == {"Old mill", "New mill"}


def test_the_database_holds_one_version_in_force(actor: Actor) -> None:
    row = in_force(actor, "contact", 365)
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.create(code="contact", number=2, days=400, basis="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.filter(pk=row.pk).update(days=1)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER])
def test_only_privacy_officers_see_and_set_rules(desk: User, client: Client, role: str) -> None:
    with pytest.raises(PermissionDenied):
        put_rule_in_force(
            actor=make_actor(make_district(), role=role), code="contact", days=365, basis="x", number=0
        )
    client.force_login(make_user(role))
    for path in ("", "contact/"):
        assert client.get(f"/privacy/rules/{path}").status_code == 403
    client.force_login(desk)
    assert client.get("/privacy/rules/").status_code == 200


def test_the_page_shows_what_a_period_does_today_before_it_is_put_in_force(
    desk: User, client: Client
) -> None:
    old = timezone.now() - timedelta(days=500)
    for _number in range(3):
        make_meeting(starts_at=old, facts="They spoke about lamps")
    make_meeting(starts_at=old, facts="", assessment="", subject="Only a subject")
    make_meeting(facts="Yesterday")
    assert (number_due("meeting_texts", 1095), number_due("meeting_texts", 400)) == (0, 3)
    client.force_login(desk)
    page = client.get("/privacy/rules/meeting_texts/").text
    assert "1095 days:" in page and "the texts of 0 records would be removed" in page
    sent = {"days": 400, "basis": "Decision 7", "number": 0, "previewed": 1095}
    shown = client.post("/privacy/rules/meeting_texts/", sent)
    assert shown.status_code == 422 and not RetentionRule.objects.exists()
    assert "the texts of 3 records would be removed" in shown.text
    assert 'name="previewed" value="400"' in shown.text
    late = client.post("/privacy/rules/meeting_texts/", sent | {"previewed": 400})
    assert late["Location"].startswith("/accounts/reauthenticate/") and not RetentionRule.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    asked = client.post("/privacy/rules/meeting_texts/", sent | {"previewed": 400}, follow=True).text
    assert "A second person must confirm the rule." in asked and "Put rule in force" not in asked
    assert "A change waits" in client.get("/privacy/rules/").text
    confirm_pending(PendingRule.objects.get().pk)
    assert "In force since" in client.get("/privacy/rules/").text
    stale = client.post("/privacy/rules/meeting_texts/", sent | {"previewed": 400})
    assert stale.status_code == 422 and "Someone else changed this" in stale.text
    assert client.post("/privacy/rules/meeting_texts/end/", {"number": 1}).status_code == 302
    assert not RetentionRule.objects.in_force().exists()
    page = client.get("/privacy/rules/meeting_texts/").text
    assert "Decision 7" in page and str(desk) in page
    assert client.get("/privacy/rules/nothing/").status_code == 404
