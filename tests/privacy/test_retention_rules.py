"""Retention rules: proposals that do nothing, versions in force, and what a period would do today."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from api.views.changes import KEPT
from audit.models import Action, Event
from contacts.models import Affiliation, Contact
from contacts.services.affiliations import shown_affiliations
from contacts.services.contacts import edit_contact
from lib.conflicts import StaleVersion
from lib.days import city_today
from privacy import inventory
from privacy.aging import AGED, MARKED, STAYS, number_due
from privacy.codes import RetentionCode
from privacy.models import RetentionRule
from privacy.rules.retention import LEAST_DAYS_OF_TRAIL
from privacy.services.retention_rules import end_rule, put_rule_in_force
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(desk: User) -> Actor:
    return actor_for(desk)


def in_force(actor: Actor, code: str, days: int = 1095) -> RetentionRule:
    """Put a rule in force since yesterday, so that it acts."""
    latest = RetentionRule.objects.of(code).first()
    row = put_rule_in_force(
        actor=actor, code=code, days=days, basis="Decision 7", number=latest.number if latest else 0
    )
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
    first = put_rule_in_force(actor=actor, code="meeting_texts", days=1095, basis="Decision 7", number=0)
    with pytest.raises(StaleVersion):  # someone who has read the proposal only
        put_rule_in_force(actor=actor, code="meeting_texts", days=400, basis="Decision 8", number=0)
    second = put_rule_in_force(actor=actor, code="meeting_texts", days=400, basis="Decision 8", number=1)
    first.refresh_from_db()
    assert (first.ended_by_id, second.number) == (actor.id, 2)
    assert list(RetentionRule.objects.visible_to(actor).in_force()) == [second]
    end_rule(actor=actor, code="meeting_texts", number=2)
    assert not RetentionRule.objects.in_force().exists()
    with pytest.raises(ValidationError, match="not in force"):
        end_rule(actor=actor, code="meeting_texts", number=2)
    events = Event.objects.filter(object_type="retention_rule")
    assert events.filter(action=Action.CREATE).count() == 2
    assert events.filter(action=Action.UPDATE).get().purpose == "meeting_texts 2"


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
    assert timedelta(days=LEAST_DAYS_OF_TRAIL) >= KEPT
    with pytest.raises(ValidationError, match="at least 400 days"):
        put_rule_in_force(actor=actor, code="trail", days=399, basis="Decision 7", number=0)
    assert not RetentionRule.objects.exists()
    put_rule_in_force(actor=actor, code="trail", days=400, basis="Decision 7", number=0)
    client.force_login(desk)
    assert "Today, 0 entries would be deleted." in client.get("/privacy/rules/trail/").text


def test_ended_roles_are_hidden_as_soon_as_their_rule_is_in_force(actor: Actor) -> None:
    north = make_district()
    place, other = make_organisation(north, name="Old mill"), make_organisation(north, name="New mill")
    row = make_contact(north, other)
    ended = city_today() - timedelta(days=3)
    Affiliation.objects.create(contact=row, organisation=place, role_title="Keyholder", until=ended)
    by = actor_for(make_officer(north))

    def seen() -> set[str]:
        page = Contact.objects.visible_to(by).for_its_page().get(pk=row.pk)
        edited = {role["organisation"].name for role in shown_affiliations(row, by)}
        assert {role.organisation.name for role in page.affiliations.all()} == edited
        return edited

    assert seen() == {"Old mill", "New mill"}
    put_rule_in_force(actor=actor, code="ended_role", days=90, basis="Decision 7", number=0)
    assert seen() == {"New mill"}
    [role] = shown_affiliations(row, by)
    assert role["organisation"] == other
    edit_contact(actor=by, contact_id=row.pk, version=row.version, affiliations=[role])
    assert row.affiliations.count() == 2  # hidden, and as it was
    end_rule(actor=actor, code="ended_role", number=1)
    assert seen() == {"Old mill", "New mill"}


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
    assert client.post("/privacy/rules/meeting_texts/", sent | {"previewed": 400}).status_code == 302
    assert "In force since" in client.get("/privacy/rules/").text
    stale = client.post("/privacy/rules/meeting_texts/", sent | {"previewed": 400})
    assert stale.status_code == 422 and "Someone else changed this" in stale.text
    assert client.post("/privacy/rules/meeting_texts/end/", {"number": 1}).status_code == 302
    assert not RetentionRule.objects.in_force().exists()
    page = client.get("/privacy/rules/meeting_texts/").text
    assert "Decision 7" in page and str(desk) in page
    assert client.get("/privacy/rules/nothing/").status_code == 404
