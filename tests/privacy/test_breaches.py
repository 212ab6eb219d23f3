"""Breaches: 72 hours from the moment at which the police knew, and what an account saw."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, Session, User
from audit.models import Action
from audit.services import record
from contacts.models import Contact
from jobs.models import Job, JobFile
from jobs.services.files import keep_file
from lib.days import city_today
from lib.ids import uuid7
from privacy.models import Breach, DataRequest, RegisterText
from privacy.queries.activity_log import access_events, count_accesses
from privacy.queries.desk import figures_of
from privacy.services.breaches import close_breach, describe_breach, make_phase, record_breach
from privacy.services.requests import receive_request
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_officer, make_user
from tests.privacy.making import make_breach
from tests.privacy.requesting import sure

pytestmark = pytest.mark.django_db


def test_the_clock_runs_from_when_it_was_known(officer_of_privacy: User) -> None:
    row = make_breach(officer_of_privacy)
    assert row.number == f"B-{timezone.localdate().year}-001"
    assert row.hours(timezone.now()) == 40
    assert row.authority_by == row.aware_at + timedelta(hours=72)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"aware_at": timedelta(hours=-50)}, "aware_at"),  # before it was noticed
        ({"aware_at": timedelta(hours=1)}, "aware_at"),  # in the future
        ({"kinds": []}, "kinds"),
        ({"kinds": ["theft"]}, "kinds"),
        ({"scenario": "aliens"}, "scenario"),
    ],
)
def test_bad_input_is_rejected_by_field(actor: Actor, wrong: dict[str, Any], field: str) -> None:
    now = timezone.now()
    given: dict[str, Any] = {
        "scenario": "other", "what": "A file", "kinds": ["confidentiality"],
        "noticed_at": now - timedelta(hours=42), "aware_at": now - timedelta(hours=40),
    }  # fmt: skip
    given |= {name: now + value if isinstance(value, timedelta) else value for name, value in wrong.items()}
    with pytest.raises(ValidationError) as refused:
        record_breach(actor=actor, **given)
    assert field in refused.value.message_dict
    assert not Breach.objects.exists()


def test_the_database_refuses_a_breach_known_before_it_was_noticed(officer_of_privacy: User) -> None:
    row = make_breach(officer_of_privacy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Breach.objects.filter(pk=row.pk).update(aware_at=row.noticed_at - timedelta(hours=1))


def test_a_late_report_says_why_and_a_breach_closes_only_when_all_were_told(
    officer_of_privacy: User, actor: Actor
) -> None:
    row = make_breach(officer_of_privacy)
    given: dict[str, Any] = {"actor": actor, "breach_id": row.pk}
    with pytest.raises(ValidationError, match="risk"):
        close_breach(**given)
    describe_breach(**given, risk="high")
    with pytest.raises(ValidationError, match="authority"):
        close_breach(**given)
    old = timezone.now() - timedelta(hours=100)
    with pytest.raises(ValidationError, match="72 hours"):
        describe_breach(**given, noticed_at=old, aware_at=old, told_authority_at=timezone.now())
    describe_breach(**given, told_authority_at=timezone.now())
    with pytest.raises(ValidationError, match="people"):
        close_breach(**given)
    describe_breach(**given, told_people="By letter")
    assert close_breach(**given).closed_at
    with pytest.raises(ValidationError, match="already closed"):
        describe_breach(**given, risk="risk")


def test_what_an_account_saw_is_counted_between_two_moments(actor: Actor) -> None:
    north = make_district("North")
    thief, contacts = make_officer(north), [make_contact(north) for _ in range(3)]
    start = timezone.now()
    for _ in range(2):
        record(
            actor_for(thief), Action.LIST, "contact", [one.pk for one in contacts], district_ids=[north.pk]
        )
    record(actor_for(thief), Action.REVEAL, "contact", [contacts[0].pk], field_names=["phone"])
    events = access_events(actor, thief.pk, start, timezone.now() + timedelta(seconds=1))
    seen = count_accesses(events)
    assert (seen.events, seen.people, seen.records) == (3, 3, 3)
    assert (seen.district_ids, seen.field_names) == (frozenset([north.pk]), ("phone",))
    assert count_accesses(access_events(actor, thief.pk, start - timedelta(1), start)).events == 0
    assert (
        count_accesses(access_events(actor_for(make_officer(north)), thief.pk, start, timezone.now())).events
        == 0
    )


def test_what_an_account_erased_changed_and_exported_is_listed_with_the_people_to_write_to(
    actor: Actor, officer_of_privacy: User
) -> None:
    north = make_district("North")
    thief, contacts = make_officer(north), [make_contact(north, family_name=f"Vega{n}") for n in range(3)]
    browse(thief)
    start, doer = timezone.now(), actor_for(thief)
    record(doer, Action.VIEW, "contact", [contacts[0].pk])
    record(doer, Action.UPDATE, "contact", [contacts[1].pk], field_names=["phone"])
    record(doer, Action.EXPORT, "contact", [contacts[0].pk], recipient="Somebody")
    record(doer, Action.ERASE, "contact", [contacts[2].pk])
    record(doer, Action.CREATE, "meeting", [uuid7()])
    Contact.objects.filter(pk=contacts[2].pk).delete()
    seen = count_accesses(access_events(actor, thief.pk, start, timezone.now() + timedelta(seconds=1)))
    acts = {(act, kind): number for act, kind, number in seen.done}
    assert (
        acts[Action.ERASE, "contact"] == acts[Action.EXPORT, "contact"] == acts[Action.CREATE, "meeting"] == 1
    )
    row, client = make_breach(officer_of_privacy), sure(officer_of_privacy)
    asked = {"who": f"{thief.pk}", "since": "2026-01-01T10:00", "until": "2099-01-01T10:00"}
    page = client.get(f"/privacy/breaches/{row.pk}/seen/", asked).text
    for shown in ("Erased", "Exported", "Created", "Vega0", "Vega1", "1 contact was erased", "Sessions now"):
        assert shown in page, shown
    assert f'href="/contacts/{contacts[0].pk}/"' in page
    form = client.get(f"/privacy/breaches/{row.pk}/describe/?people=2&records=4").text
    assert 'name="people" value="2"' in form and 'name="records" value="4"' in form


def test_a_phase_names_categories_and_the_contact_point(actor: Actor, officer_of_privacy: User) -> None:
    RegisterText.objects.create(part="dpo", text="dpo@city.example")
    row = make_breach(officer_of_privacy)
    describe_breach(
        actor=actor,
        breach_id=row.pk,
        people_kinds="Contacts of mosques",
        data_kinds="Names and phone numbers",
    )
    lines = {name: text for name, text, _new in make_phase(actor=actor, breach_id=row.pk).lines}
    assert lines["Categories of people"] == "Contacts of mosques"
    assert lines["Categories of data"] == "Names and phone numbers"
    assert lines["Data protection officer: contact point"] == "dpo@city.example"


def test_a_breach_goes_through_its_pages(officer_of_privacy: User) -> None:
    client, thief = sure(officer_of_privacy), make_officer(make_district("North"))
    browse(thief)
    assert Session.objects.filter(user=thief).exists()
    row = make_breach(officer_of_privacy)
    page = f"/privacy/breaches/{row.pk}/"
    sent = {
        "scenario": "lost_export", "kinds": "confidentiality", "what": "A file",
        "noticed_at": "2026-01-01T12:00", "aware_at": "2026-01-01T11:00",
    }  # fmt: skip
    assert client.post("/privacy/breaches/new/", sent).status_code == 422
    assert client.post("/privacy/breaches/new/", sent | {"aware_at": "2026-01-01T13:00"}).status_code == 302
    assert "Hour 40 of 72" in client.get("/privacy/breaches/").content.decode()
    assert client.get(page).status_code == 200
    form = client.get(f"{page}describe/")
    assert "72 hours" in form.content.decode()
    asked = {"who": f"{thief.pk}", "since": "2026-01-01T10:00", "until": "2027-01-01T10:00"}
    assert "Numbers for the authority" in client.get(f"{page}seen/", asked).content.decode()
    assert client.get(f"{page}seen/", asked | {"until": "2025-01-01T10:00"}).status_code == 422
    assert client.post(f"{page}measure/", {"account": f"{thief.pk}"}).status_code == 302
    assert not Session.objects.filter(user=thief).exists()
    assert client.post(f"{page}measure/", {}).status_code == 404
    client.post(f"{page}close/")
    row.refresh_from_db()
    assert row.closed_at is None, "the risk is not decided"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_only_privacy_officers_see_and_record_breaches(officer_of_privacy: User, role: str) -> None:
    row, other = make_breach(officer_of_privacy), make_user(role)
    client = sure(other)
    for path in ("", "new/", f"{row.pk}/", f"{row.pk}/seen/", f"{row.pk}/describe/"):
        assert client.get(f"/privacy/breaches/{path}").status_code == 403
    assert client.post(f"/privacy/breaches/{row.pk}/measure/", {"account": f"{other.pk}"}).status_code == 403
    with pytest.raises(PermissionDenied):
        close_breach(actor=actor_for(other), breach_id=row.pk)
    assert not Breach.objects.visible_to(actor_for(other)).exists()


def test_files_of_an_account_are_deleted_with_one_press(officer_of_privacy: User) -> None:
    row, north = make_breach(officer_of_privacy), make_district()
    thief, other = make_officer(north), make_officer(north)
    for user in (thief, other):
        job = Job.objects.create(kind="export_list", status="done", started_by=user.pk)
        content = BytesIO(b"names")
        keep_file(
            job_id=job.pk, name="x.csv", media_type="text/csv", content=content, is_input=False,
            district_ids=[north.pk],
        )  # fmt: skip
    client = sure(officer_of_privacy)
    given = {"account": f"{thief.pk}", "files": f"{thief.pk}"}
    page = client.post(f"/privacy/breaches/{row.pk}/measure/", given, follow=True)
    assert "Files of 1 task deleted." in page.text
    assert [file.job.started_by for file in JobFile.objects.select_related("job")] == [other.pk]


def test_figures_count_answers_and_reports_in_time(actor: Actor, officer_of_privacy: User) -> None:
    today = city_today()
    for received, answered in ((20, 10), (60, 0), (50, None), (5, None)):
        row = receive_request(
            actor=actor, terms={"names": ["Bo Example"]}, regimes=["gdpr"], kind="access", channel="letter",
            received_on=today - timedelta(days=received),
        )  # fmt: skip
        if answered is not None:
            on = today - timedelta(days=answered)
            DataRequest.objects.filter(pk=row.pk).update(status="answered", answered_on=on)
    late, in_time, unlikely = (make_breach(officer_of_privacy) for _number in range(3))
    Breach.objects.filter(pk=late.pk).update(
        risk="high", told_authority_at=late.aware_at + timedelta(hours=73)
    )
    Breach.objects.filter(pk=in_time.pk).update(risk="risk", told_authority_at=in_time.authority_by)
    Breach.objects.filter(pk=unlikely.pk).update(risk="unlikely")
    found = figures_of(actor)
    assert (found.in_time, found.due) == (1, 3), "one in time, one late, one late and open; one not due yet"
    assert found.median_days == 35
    assert (found.breaches_in_time, found.breaches_to_tell) == (1, 2)
    nothing = figures_of(actor_for(make_officer(make_district())))
    assert (nothing.due, nothing.breaches_to_tell, nothing.median_days) == (0, 0, None)
    assert "1 of 3" in sure(officer_of_privacy).get("/privacy/").text


def test_the_authority_is_told_in_phases_that_never_change(actor: Actor, officer_of_privacy: User) -> None:
    row, client = make_breach(officer_of_privacy), sure(officer_of_privacy)
    page = f"/privacy/breaches/{row.pk}/"
    assert client.post(f"{page}phases/").status_code == 302
    again = client.post(f"{page}phases/", follow=True)
    assert "Nothing is new" in again.text and row.phases.count() == 1
    describe_breach(actor=actor, breach_id=row.pk, risk="high", people=40)
    client.post(f"{page}phases/")
    first, second = (client.get(f"{page}phases/{number}/json/").json() for number in (1, 2))
    assert [line["text"] for line in first["lines"] if line["name"] == "Description"] == [
        "A phone was stolen"
    ]
    assert all(line["is_new"] for line in first["lines"])
    assert "People concerned, about" not in {line["name"] for line in first["lines"]}
    new = {line["name"]: line["text"] for line in second["lines"] if line["is_new"]}
    assert new["People concerned, about"] == "40" and set(new) == {
        "People concerned, about",
        "Risk for people",
    }
    assert b"A phone was stolen" in client.get(f"{page}phases/1/csv/").content
    assert client.get(f"{page}phases/2/pdf/").content.startswith(b"%PDF")
    assert client.get(f"{page}phases/3/json/").status_code == 404
    assert client.get(f"{page}phases/1/exe/").status_code == 404
    other = sure(make_officer(make_district()))
    assert other.get(f"{page}phases/1/json/").status_code == other.post(f"{page}phases/").status_code == 403
