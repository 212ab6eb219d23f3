"""An organisation gets a copy of its own record, without people (amendment 5 of the privacy desk)."""

import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.core.exceptions import ValidationError

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp
from privacy.codes import Decision, RequestKind
from privacy.exports.package import SCHEMA
from privacy.models import DataRequest, Package
from privacy.services.asking import pass_on_copy
from privacy.services.requests import answer_request, confirm_identity, receive_request, start_search
from reminders.models import Reminder
from reminders.services.reminders import top_up
from tests.contacts.pages import browse
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_user,
)
from tests.privacy.test_packages import package_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def privacy_officer() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(privacy_officer: User) -> Actor:
    return actor_for(privacy_officer)


@pytest.fixture
def choir(north: District) -> Organisation:
    choir = make_organisation(
        north,
        name="Harbour Choir",
        summary="Sings on Mondays. Ask Leila Haddad for the key, says Tomas Reyes.",
        focuses=[{"focus": "women", "declared_by": "The board", "declared_on": city_today()}],
        contact_wish="only_if_they_ask",
        contact_wish_by="the chair",
        contact_wish_on=city_today(),
    )
    make_contact(north, choir, given_name="Leila", family_name="Haddad")
    officer = make_officer(north, name="Tomas Reyes")
    today = city_today()
    promise = FollowUp.objects.create(
        title="Send the plan of the hall to Leila Haddad", owner=officer, due_on=today, first_due_on=today
    )
    promise.organisations.add(choir)
    return choir


def answered(actor: Actor, organisation: Organisation) -> DataRequest:
    row = pass_on_copy(actor=actor, organisation_id=organisation.pk)
    confirm_identity(actor=actor, request_id=row.pk, identity="representative")
    return answer_request(actor=actor, request_id=row.pk, decision=Decision.GRANTED)


def test_the_copy_has_the_record_and_no_person(actor: Actor, choir: Organisation) -> None:
    _package, data, text = package_of(actor, answered(actor, choir))
    jsonschema.validate(data, json.loads(SCHEMA.read_text()))
    said = str(data["records"])
    for part in ("Harbour Choir", "Sings on Mondays", "women", "The board", "Send the plan of the hall"):
        assert part.casefold() in said.casefold(), part
    assert "Tell us what is wrong" in text and "Sings on Mondays" in text
    for name in ("Leila", "Haddad", "Tomas", "Reyes"):
        assert name not in said and name not in text, name
    assert data["consultations"] == data["recipients"] == [], "these are about people"


def test_officers_pass_it_on_and_a_privacy_officer_begins_it(
    privacy_officer: User, north: District, choir: Organisation
) -> None:
    path = f"/organisations/{choir.pk}/ask/copy/"
    officer = browse(make_officer(north))
    assert path in officer.get(f"/organisations/{choir.pk}/").text
    assert officer.post(path).status_code == 302
    row = DataRequest.objects.get()
    assert (row.kind, row.organisation_id) == (RequestKind.ORGANISATION_COPY, choir.pk)
    assert 28 <= (row.due_on - city_today()).days <= 31
    again = officer.post(path, follow=True)
    assert "already has this request" in again.text and DataRequest.objects.count() == 1
    desk = browse(privacy_officer)
    assert path in desk.get(f"/organisations/{choir.pk}/").text
    html = desk.get(f"/privacy/requests/{row.pk}/").text
    assert "Verdicts" not in html and f"/organisations/{choir.pk}/" in html
    assert browse(make_officer(make_district("South"))).post(path).status_code == 404
    assert browse(make_user(Role.ADMINISTRATOR)).post(path).status_code == 403


def test_a_correction_is_a_duty_with_a_last_day_and_reminders(
    privacy_officer: User, actor: Actor, choir: Organisation
) -> None:
    desk, waiting = browse(privacy_officer), pass_on_copy(actor=actor, organisation_id=choir.pk)
    path = f"/privacy/requests/{waiting.pk}/"
    refused = desk.post(f"{path}correction/", {"version": waiting.version}, follow=True)
    assert "Answer the request of the organisation first" in refused.text
    confirm_identity(actor=actor, request_id=waiting.pk, identity="representative")
    row = answer_request(actor=actor, request_id=waiting.pk, decision=Decision.GRANTED)
    desk.post(f"{path}correction/", {"version": row.version})
    row.refresh_from_db()
    last_day = city_today() + timedelta(days=30)
    assert row.correct_by == last_day
    rules = Reminder.objects.waiting().filter(subject_id=row.pk).values_list("rule", "occurrence__date")
    assert set(rules) <= {
        ("correction_due", row.correct_by - timedelta(days=7)),
        ("correction_due", last_day),
    }
    assert DataRequest.objects.filter(pk=row.pk).to_do().exists()
    for page in ("/", "/privacy/requests/", path):
        assert "30 days left" in desk.get(page).text, page
    DataRequest.objects.filter(pk=row.pk).update(correct_by=city_today())
    top_up()
    assert Reminder.objects.filter(subject_id=row.pk, rule="correction_due").exists()
    again = desk.post(f"{path}correction/", {"version": row.version}, follow=True)
    assert "already to be corrected" in again.text
    desk.post(f"{path}correction/", {"version": row.version, "done": "1"})
    row.refresh_from_db()
    assert row.corrected_on == city_today() and not Reminder.objects.waiting().filter(subject_id=row.pk)
    assert "Corrected on" in desk.get(path).text
    twice = desk.post(f"{path}correction/", {"version": row.version, "done": "1"}, follow=True)
    assert "Nothing is to be corrected" in twice.text
    other = make_user(Role.SUPERVISOR)
    assert browse(other).post(f"{path}correction/", {"version": row.version}).status_code == 403


def test_it_needs_an_organisation_and_who_represents_it_and_no_search(
    actor: Actor, choir: Organisation
) -> None:
    given: dict[str, Any] = {"channel": "letter", "received_on": city_today() - timedelta(days=1)}
    with pytest.raises(ValidationError, match="organisation’s page"):
        receive_request(
            actor=actor, terms={"names": ["A choir"]}, regimes=["gdpr"], kind="organisation_copy", **given
        )
    row = pass_on_copy(actor=actor, organisation_id=choir.pk)
    with pytest.raises(ValidationError, match="represents the organisation"):
        answer_request(actor=actor, request_id=row.pk, decision=Decision.GRANTED)
    confirm_identity(actor=actor, request_id=row.pk, identity="representative")
    with pytest.raises(ValidationError, match="nothing to search"):
        start_search(actor=actor, request_id=row.pk)
    with pytest.raises(Organisation.DoesNotExist):
        pass_on_copy(actor=actor_for(make_user(Role.ADMINISTRATOR)), organisation_id=choir.pk)
    assert not Package.objects.exists()
