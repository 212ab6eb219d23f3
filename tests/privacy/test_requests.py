"""Requests of people about their data: received, extended, answered and deleted, and their pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role, User
from districts.models import District
from jobs.services.running import run_next
from lib.conflicts import StaleVersion
from lib.days import city_today
from lib.encryption import NotDecrypted
from privacy.codes import Decision, Ground, Identity
from privacy.models import DataRequest, Finding, NumberSeries
from privacy.queries.activity_log import events_visible_to
from privacy.rules.deadlines import due_on, longest_extension
from privacy.services import requests as services
from tests.factories import (
    make_meeting,
    make_officer,
    make_supervisor,
    make_user,
)
from tests.privacy.requesting import FACTS, TERMS, receive, searched, sure

pytestmark = pytest.mark.django_db


# --- Received ---------------------------------------------------------------------------------------------


def test_a_request_gets_a_number_and_a_last_day(actor: Actor) -> None:
    row = receive(actor)
    assert row.number == f"{city_today().year}-001"
    assert receive(actor).number == f"{city_today().year}-002"
    assert row.due_on == due_on(row.received_on, ["gdpr", "led"], 30)
    assert row.terms() == TERMS


def test_a_number_is_never_given_twice_also_after_a_rule_has_deleted_requests(actor: Actor) -> None:
    year = city_today().year
    first, second = receive(actor), receive(actor)
    services.withdraw_request(actor=actor, request_id=first.pk)
    services.delete_requests(SYSTEM, [str(first.pk)])
    assert receive(actor).number == f"{year}-003"  # not the number of the second
    rest = [services.withdraw_request(actor=actor, request_id=one.pk) for one in DataRequest.objects.all()]
    services.delete_requests(SYSTEM, [str(one.pk) for one in rest])
    assert not DataRequest.objects.filter(pk=second.pk).exists()
    assert receive(actor).number == f"{year}-004"  # also if none is left


def test_a_series_continues_after_numbers_given_before_it_existed(actor: Actor) -> None:
    year = city_today().year
    row = receive(actor)
    DataRequest.objects.filter(pk=row.pk).update(number=f"{year}-1041")
    NumberSeries.objects.all().delete()
    assert receive(actor).number == f"{year}-1042"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER])
def test_only_privacy_officers_receive_and_see_requests(actor: Actor, north: District, role: str) -> None:
    row = receive(actor)
    other = actor_for(make_user(role, north))
    with pytest.raises(PermissionDenied):
        receive(other)
    assert list(DataRequest.objects.visible_to(actor)) == [row]
    assert list(DataRequest.objects.visible_to(other)) == []
    assert list(Finding.objects.visible_to(other)) == []


def test_what_the_person_stated_is_encrypted_and_bound_to_its_request(actor: Actor) -> None:
    row, other = receive(actor), receive(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT stated FROM privacy_datarequest")
        assert all(b"Haddad" not in bytes(stated) for (stated,) in cursor.fetchall())
    other.stated = row.stated
    with pytest.raises(NotDecrypted):
        other.terms()


def test_a_statement_is_read_under_a_new_secret_while_the_old_one_is_known(
    actor: Actor, settings: Settings
) -> None:
    row = receive(actor)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the deployment, long enough"
    row.refresh_from_db()
    assert row.terms() == TERMS
    assert services.renew_statements() == 1
    settings.SECRET_KEY_FALLBACKS = []
    row.refresh_from_db()
    assert row.terms() == TERMS


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"terms": TERMS | {"names": []}}, "names"),
        ({"terms": TERMS | {"names": ["X"]}}, "names"),
        ({"terms": TERMS | {"names": [f"Name {n}" for n in range(50)]}}, "names"),
        ({"received_on": timedelta(1)}, "received_on"),
        ({"regimes": []}, "regimes"),
        ({"regimes": ["roman"]}, "regimes"),
        ({"kind": "revenge"}, "kind"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_bad_input_is_rejected_by_field(actor: Actor, wrong: dict[str, Any], field: str) -> None:
    if "received_on" in wrong:
        wrong = {"received_on": city_today() + wrong["received_on"]}
    with pytest.raises(ValidationError) as caught:
        receive(actor, **wrong)
    assert field in caught.value.message_dict
    assert not DataRequest.objects.exists()


def test_nobody_works_on_a_request_about_themselves(officer_of_privacy: User, actor: Actor) -> None:
    own = TERMS | {"emails": [officer_of_privacy.email.upper()]}
    with pytest.raises(PermissionDenied):
        receive(actor, terms=own)
    row = receive(actor_for(make_user(Role.PRIVACY_OFFICER)), terms=own)
    with pytest.raises(PermissionDenied):
        services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.EID)


# --- Deadlines --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "regimes", "due"),
    [
        (date(2027, 1, 31), ["gdpr"], date(2027, 2, 28)),
        (date(2028, 1, 31), ["gdpr"], date(2028, 2, 29)),
        (date(2026, 11, 4), ["gdpr", "led"], date(2026, 12, 4)),
        (date(2026, 12, 4), ["gdpr", "led"], date(2027, 1, 3)),
        (date(2026, 11, 4), ["led"], date(2026, 12, 4)),
    ],
)
def test_the_earliest_law_counts(received: date, regimes: list[str], due: date) -> None:
    assert due_on(received, regimes, 30) == due


def test_a_request_is_extended_once_told_in_time_by_two_months_at_most(actor: Actor) -> None:
    row = receive(actor)
    last = longest_extension(row.received_on)
    for day, why in ((last + timedelta(1), "Many records"), (row.due_on, "Many records"), (last, " ")):
        with pytest.raises(ValidationError):
            services.extend_request(actor=actor, request_id=row.pk, extended_to=day, extension_reason=why)
    row = services.extend_request(
        actor=actor, request_id=row.pk, extended_to=last, extension_reason="Many records"
    )
    assert row.last_day == last
    late = receive(actor, received_on=city_today() - timedelta(40))
    with pytest.raises(ValidationError, match="already late"):
        services.extend_request(
            actor=actor,
            request_id=late.pk,
            extended_to=longest_extension(late.received_on),
            extension_reason="Many",
        )


# --- The answer ------------------------------------------------------------------------------------------


def test_a_late_answer_says_why(actor: Actor) -> None:
    row = searched(actor, received_on=city_today() - timedelta(60))
    with pytest.raises(ValidationError, match="late"):
        services.answer_request(actor=actor, request_id=row.pk, decision=Decision.NOTHING_HELD)
    services.answer_request(
        actor=actor, request_id=row.pk, decision=Decision.NOTHING_HELD, late_reason="Two of us were ill"
    )


def test_neither_confirm_exists_for_police_law_only(actor: Actor) -> None:
    row = searched(actor, regimes=["gdpr"])
    given: dict[str, Any] = {
        "actor": actor, "decision": Decision.REFUSED, "grounds": [Ground.PUBLIC_SECURITY],
        "neither_confirm": True,
    }  # fmt: skip
    with pytest.raises(ValidationError, match="police law only"):
        services.answer_request(request_id=row.pk, **given)
    police = searched(actor, regimes=["led"])
    assert services.answer_request(request_id=police.pk, **given).neither_confirm
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=row.pk).update(neither_confirm=True)


def test_two_desks_on_one_request_do_not_overwrite_each_other(actor: Actor) -> None:
    row = receive(actor)
    services.ask_identity(actor=actor, request_id=row.pk, version=1)
    with pytest.raises(StaleVersion):
        services.withdraw_request(actor=actor, request_id=row.pk, version=1)


def test_what_was_stated_is_deleted_90_days_after_the_answer(actor: Actor) -> None:
    row = services.withdraw_request(actor=actor, request_id=receive(actor).pk)
    assert services.delete_old_statements() == 0
    DataRequest.objects.filter(pk=row.pk).update(purge_on=city_today())
    assert services.delete_old_statements() == 1
    row.refresh_from_db()
    assert row.stated is None
    assert row.terms()["names"] == []


@pytest.mark.parametrize(
    ("kind", "ground", "is_given"),
    [
        ("erase", "legal_obligation", True),
        ("erase", "archives", True),
        ("erase", "legal_claims", True),
        ("erase", "evidence", True),
        ("object", "compelling", True),
        ("object", "legal_obligation", False),
        ("erase", "compelling", False),
        ("access", "legal_claims", False),
        ("access", "third_party_rights", True),
    ],
)
def test_a_ground_is_one_that_the_law_gives_for_the_kind(
    actor: Actor, officer_of_privacy: User, kind: str, ground: str, is_given: bool
) -> None:
    row = receive(actor, kind=kind)
    assert (
        f'value="{ground}"' in sure(officer_of_privacy).get(f"/privacy/requests/{row.pk}/answer/").text
    ) == (is_given)
    if is_given:
        services.answer_request(actor=actor, request_id=row.pk, decision="refused", grounds=[ground])
        return
    with pytest.raises(ValidationError, match="law gives"):
        services.answer_request(actor=actor, request_id=row.pk, decision="refused", grounds=[ground])


# --- Pages ------------------------------------------------------------------------------------------------


def test_a_request_goes_through_its_pages(officer_of_privacy: User, north: District) -> None:
    make_meeting(north, facts=FACTS)
    client = sure(officer_of_privacy)
    sent = {
        "kind": "access", "channel": "letter", "received_on": city_today().isoformat(),
        "regimes": ["gdpr", "led"], "names": "Leila Haddad\r\nLeila Nouri", "phones": "", "emails": "",
        "organisations": "",
    }  # fmt: skip
    assert client.post("/privacy/requests/new/", sent | {"names": ""}).status_code == 422
    page = client.post("/privacy/requests/new/", sent)["Location"]
    row = DataRequest.objects.get()
    assert row.terms()["names"] == ["Leila Haddad", "Leila Nouri"]
    assert client.post(f"{page}identity/", {"version": 1}).status_code == 422
    assert client.post(f"{page}identity/", {"version": 1, "identity": "in_person"}).status_code == 302
    client.post(f"{page}search/", {"version": 2})
    assert run_next()
    shown = client.get(page).content.decode()
    assert "<mark>Leila Haddad</mark> opens on Tuesdays" in shown
    one = Finding.objects.get()
    cuts = f"{page}findings/{one.pk}/cuts/"
    marked = FACTS.replace("Samir", "[[Samir]]")
    for wrong in (marked.replace("Tuesdays", "Mondays"), FACTS.replace("Samir", "[[Samir")):
        assert client.post(cuts, {"marked": wrong, "grounds": ["third_party_rights"]}).status_code == 422
    assert client.post(cuts, {"marked": marked}).status_code == 422
    assert client.post(cuts, {"marked": marked, "grounds": ["third_party_rights"]}).status_code == 302
    assert '<del class="cut">Samir</del>' in client.get(page).content.decode()
    assert "[[Samir]]" in client.get(cuts).content.decode()
    client.post(f"{page}findings/{one.pk}/", {"verdict": "theirs"})
    row.refresh_from_db()
    stale = client.post(f"{page}answer/", {"version": row.version - 1, "decision": "granted"})
    assert stale.status_code == 422 and "Check what it says now, then send the form again." in stale.text
    assert f'name="version" value="{row.version}"' in stale.text
    answered = client.post(f"{page}answer/", {"version": row.version, "decision": "granted"})
    assert answered.status_code == 302
    assert "Granted" in client.get(page).content.decode()
    assert row.number in client.get("/privacy/requests/").content.decode()


@pytest.mark.parametrize("make", [make_officer, make_supervisor])
def test_requests_and_their_events_are_hidden_from_officers_and_supervisors(
    actor: Actor, north: District, make: Any
) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of_request(row)
    reader = make(north)
    client = sure(reader)
    for path in ("", "new/", f"{row.pk}/", f"{row.pk}/answer/", f"{row.pk}/findings/{one.pk}/cuts/"):
        assert client.get(f"/privacy/requests/{path}").status_code == 403
    assert (
        client.post(f"/privacy/requests/{row.pk}/findings/{one.pk}/", {"verdict": "theirs"}).status_code
        == 403
    )
    assert row.number not in client.get("/privacy/trail/").content.decode()
    seen = events_visible_to(actor_for(reader)).filter(object_type="data_request")
    assert not seen.exclude(actor_id=reader.pk).exists(), "only their own denied attempts"
