"""Requests of people about their data: received, identified, searched, decided and answered."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import Settings

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.acts import shown_acts
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act
from audit.models import Action, Event
from contacts.services.private_channels import set_private_channel
from districts.models import District
from jobs.models import Job
from jobs.running import run_next
from lib.conflicts import StaleVersion
from lib.days import city_today
from lib.encryption import NotDecrypted
from meetings.models import Meeting
from privacy.codes import Decision, Ground, Identity, RequestStatus, Verdict
from privacy.models import DataRequest, Finding, NumberSeries
from privacy.rules.deadlines import due_on, longest_extension
from privacy.services import requests as services
from privacy.services.findings import cut_finding, decide_finding, read_again, released
from privacy.trail import events_visible_to
from tests.contacts.pages import browse
from tests.factories import (
    PASSWORD,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

TERMS = {"names": ["Leila Haddad"], "phones": ["+44 114 496 0648"], "emails": [], "organisations": []}
FACTS = "Leila Haddad opens on Tuesdays. Her cousin Samir was asked."


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer_of_privacy() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(officer_of_privacy: User) -> Actor:
    return actor_for(officer_of_privacy)


def receive(actor: Actor, **fields: Any) -> DataRequest:
    given: dict[str, Any] = {
        "terms": TERMS, "regimes": ["gdpr", "led"], "kind": "access", "channel": "letter",
        "received_on": city_today(),
    }  # fmt: skip
    return services.receive_request(actor=actor, **given | fields)


def identified(actor: Actor, **fields: Any) -> DataRequest:
    row = receive(actor, **fields)
    return services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.IN_PERSON)


def searched(actor: Actor, **fields: Any) -> DataRequest:
    """A request of which the search has run."""
    row = services.start_search(actor=actor, request_id=identified(actor, **fields).pk)
    assert run_next()
    row.refresh_from_db()
    assert row.status == RequestStatus.DECIDING
    return row


def findings(row: DataRequest) -> dict[tuple[str, str], Finding]:
    return {(one.model, one.field): one for one in Finding.objects.of(row)}


# --- Context ----------------------------------------------------------------------------------------------


def test_a_finding_has_its_organisation_its_day_and_a_link(
    actor: Actor, officer_of_privacy: User, north: District
) -> None:
    mosque = make_organisation(north, name="Al-Noor Mosque", access_needs="Ask Leila Haddad")
    meeting = make_meeting(north, mosque, facts=FACTS)
    row = searched(actor)
    page = sure(officer_of_privacy).get(f"/privacy/requests/{row.pk}/").text
    assert page.count("Al-Noor Mosque") >= 2
    assert f'href="/organisations/{mosque.pk}/"' in page and f'href="/meetings/{meeting.pk}/"' in page


def test_findings_with_the_same_text_get_one_verdict_together(
    actor: Actor, officer_of_privacy: User, north: District
) -> None:
    for text in ("Leila Haddad called.", "Leila Haddad called.", "Leila Haddad called.", FACTS):
        make_meeting(north, facts=text)
    row, client = searched(actor), sure(officer_of_privacy)
    address = f"/privacy/requests/{row.pk}/"
    assert "Same verdict for 2 findings with the same text" in client.get(address).text
    same = [one for one in Finding.objects.of(row) if one.passages and one.field == "facts"]
    texts = {str(one.pk): one.facts for one in Meeting.objects.all()}
    first = next(one for one in same if texts[one.object_id] != FACTS)
    client.post(f"{address}findings/{first.pk}/", {"verdict": "theirs", "alike": "1"})
    decided = {texts[one.object_id]: one.verdict for one in Finding.objects.of(row)}
    assert decided == {"Leila Haddad called.": "theirs", FACTS: ""}


# --- Grounds ----------------------------------------------------------------------------------------------


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


# --- Words about communities ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Roma", "Synagogue", "Mosque", "gay member", "HIV"])
@pytest.mark.parametrize("role", [Role.CONFIRMER, Role.PRIVACY_OFFICER])
def test_a_search_for_a_word_about_a_community_waits_for_a_second_person(
    actor: Actor, name: str, role: str
) -> None:
    row = identified(actor, terms={"names": ["Leila Haddad", name]})
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.OPEN
    assert not Job.objects.exists()
    act = PendingAct.objects.get()
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor, act_id=act.pk)
    [shown] = shown_acts([act]).values()
    assert row.number in shown.title and name not in f"{shown.title} {shown.lines}"
    confirm_act(actor=actor_for(make_user(role)), act_id=act.pk)
    row.refresh_from_db()
    assert row.status == RequestStatus.SEARCHING
    assert run_next()
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.SEARCHING  # again


@pytest.mark.parametrize("name", ["Leila Haddad", "Christian Weber", "Rosa Church", "Noor"])
def test_the_name_of_a_person_is_searched_at_once(actor: Actor, name: str) -> None:
    row = identified(actor, terms={"names": [name]})
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.SEARCHING


def test_the_page_says_that_the_search_waits(officer_of_privacy: User, actor: Actor) -> None:
    row = identified(actor, terms={"names": ["Synagogue"]})
    client = sure(officer_of_privacy)
    client.post(f"/privacy/requests/{row.pk}/search/", {"version": str(row.version)})
    assert "A second person must confirm the search" in client.get(f"/privacy/requests/{row.pk}/").text


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


# --- Identity and search ----------------------------------------------------------------------------------


def test_no_search_starts_before_the_identity_is_confirmed(actor: Actor) -> None:
    row = services.ask_identity(actor=actor, request_id=receive(actor).pk)
    assert row.status == RequestStatus.IDENTITY_ASKED
    with pytest.raises(ValidationError, match="Confirm the identity"):
        services.start_search(actor=actor, request_id=row.pk)
    with pytest.raises(ValidationError):
        services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.NOT_YET)
    row = services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.KNOWN_CHANNEL)
    assert row.identity_on == city_today()
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.SEARCHING


def test_the_search_finds_the_person_in_records_and_texts_of_every_district(
    actor: Actor, north: District
) -> None:
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    set_private_channel(actor=SYSTEM, contact_id=contact.pk, phone="+441144960648", email="")
    make_contact(north, given_name="Leila", family_name="Mansour")
    make_meeting(make_district("South"), facts=FACTS, assessment="Лейла Хаддад is calm", place="Hall")
    row = searched(actor)
    assert {(*key, one.matched) for key, one in findings(row).items()} == {
        ("contacts.Contact", "given_name", "exact"),
        ("contacts.PrivateChannel", "phone", "phone"),
        ("meetings.Meeting", "facts", "exact"),
        ("meetings.Meeting", "assessment", "similar"),
    }
    assert {one.verdict for one in Finding.objects.of(row)} == {""}, "the machine calls nothing theirs"
    event = Event.objects.filter(action=Action.SEARCH, object_type="data_request").get()
    assert (event.object_ids, event.purpose) == ([row.pk], row.number)


def test_searching_again_keeps_verdicts_and_drops_what_is_gone(actor: Actor, north: District) -> None:
    meeting, other = (make_meeting(north, facts=FACTS) for _ in range(2))
    row = searched(actor)
    one = Finding.objects.get(object_id=str(meeting.pk))
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    other.delete()
    make_meeting(north, facts="Leila Haddad again")
    services.start_search(actor=actor, request_id=row.pk)
    assert run_next()
    assert sorted(Finding.objects.of(row).values_list("verdict", flat=True)) == ["", "theirs"]


# --- Verdicts and the answer ------------------------------------------------------------------------------


def test_every_finding_needs_a_verdict_before_the_answer(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of(row)

    def answer(decision: str, **fields: Any) -> DataRequest:
        return services.answer_request(actor=actor, request_id=row.pk, decision=decision, **fields)

    with pytest.raises(ValidationError, match="every finding a verdict"):
        answer(Decision.GRANTED)
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.UNSURE)
    with pytest.raises(ValidationError, match="every finding a verdict"):
        answer(Decision.GRANTED)
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    with pytest.raises(ValidationError, match="about this person"):
        answer(Decision.NOTHING_HELD)
    with pytest.raises(ValidationError, match="at least one ground"):
        answer(Decision.PARTLY)
    done = answer(Decision.PARTLY, grounds=[Ground.THIRD_PARTY_RIGHTS])
    assert (done.status, done.answered_on) == (RequestStatus.ANSWERED, city_today())
    with pytest.raises(ValidationError, match="already closed"):
        answer(Decision.GRANTED)


def test_another_privacy_officer_reads_what_is_unsure(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of(row)
    given: dict[str, Any] = {"request_id": row.pk, "finding_id": one.pk}
    with pytest.raises(ValidationError, match="another verdict"):
        read_again(actor=actor, **given)
    decide_finding(actor=actor, verdict=Verdict.UNSURE, **given)
    second = actor_for(make_user(Role.PRIVACY_OFFICER))
    with pytest.raises(PermissionDenied):
        read_again(actor=actor, **given)
    assert not read_again(actor=second, **given).is_open
    assert services.answer_request(actor=actor, request_id=row.pk, decision=Decision.GRANTED)


def test_the_only_privacy_officer_of_a_city_is_not_locked_out(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of(row)
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.UNSURE)
    assert not read_again(actor=actor, request_id=row.pk, finding_id=one.pk).is_open


def test_the_contact_of_a_request_is_the_one_said_to_be_theirs(actor: Actor, north: District) -> None:
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    row = searched(actor)
    [one] = Finding.objects.of(row)
    for verdict, known in ((Verdict.THEIRS, contact.pk), (Verdict.SOMEBODY_ELSE, None)):
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=verdict)
        row.refresh_from_db()
        assert row.contact_id == known


@pytest.mark.parametrize("cuts", [[(5, 3)], [(0, 10), (5, 12)], [(0, len(FACTS) + 1)], [(-1, 4)]])
def test_a_cut_lies_in_the_text_and_overlaps_none(
    actor: Actor, north: District, cuts: list[tuple[int, int]]
) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of(row)
    given: dict[str, Any] = {
        "actor": actor, "request_id": row.pk, "finding_id": one.pk, "length": len(FACTS),
        "grounds": [Ground.THIRD_PARTY_RIGHTS],
    }  # fmt: skip
    with pytest.raises(ValidationError):
        cut_finding(cuts=cuts, **given)
    start = FACTS.index("Samir")
    saved = cut_finding(cuts=[(start, start + 5)], **given)
    assert released(FACTS, saved.cuts) == "Leila Haddad opens on Tuesdays. Her cousin […] was asked."
    with pytest.raises(ValidationError, match="ground"):
        cut_finding(cuts=[(0, 5)], **given | {"grounds": []})


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


# --- Pages ------------------------------------------------------------------------------------------------


def sure(user: User) -> Client:
    client = browse(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


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
    [one] = Finding.objects.of(row)
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


def test_what_a_privacy_officer_reads_in_findings_is_recorded(
    officer_of_privacy: User, actor: Actor, north: District
) -> None:
    meeting = make_meeting(north, facts=FACTS)
    row = searched(actor)
    sure(officer_of_privacy).get(f"/privacy/requests/{row.pk}/")
    event = Event.objects.filter(action=Action.VIEW, object_type="data_request").latest("at")
    assert set(event.object_ids) == {row.pk, meeting.pk}
