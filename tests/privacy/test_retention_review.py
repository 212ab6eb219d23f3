"""The review of records whose period is over: erasing several is easy, keeping one needs a reason."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import DutyShift, PendingAct, Role, User
from accounts.services.acts import confirm_act, refuse_act
from audit import services as audit_services
from audit.models import Action, Event
from contacts.models import Contact
from districts.models import District
from incidents.models import Incident, ShiftHandover, TensionAssessment
from jobs.services.running import run_next
from lib.days import city_day, city_today
from lib.ids import uuid7
from meetings.models import Meeting, MeetingContact
from privacy.models import (
    DataRequest,
    LedgerEntry,
    Notice,
    Restriction,
    RetentionDecision,
    RetentionRule,
)
from privacy.queries.activity_log import events_visible_to
from privacy.queries.review_queue import REVIEWED, figures, queue, reviewable_records, tables_of
from privacy.rules.retention import review_reminders
from privacy.services.restrictions import lift_restriction, restrict_contact
from privacy.services.retention import act_on_rules
from privacy.services.retention_decisions import erase_records
from privacy.services.retention_rules import end_rule
from reminders.models import subjects
from reminders.rules import Recipient
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
from tests.meetings.test_timeline import make_promise
from tests.privacy import planting
from tests.privacy.making import make_request
from tests.privacy.reviewing import erased, kept, made, noted, rows
from tests.privacy.test_retention_rules import in_force
from tests.reports.city import close_incident, make_call, make_concern, make_incident, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def supervisor(north: District) -> User:
    return make_supervisor(north)


@pytest.fixture
def actor(supervisor: User) -> Actor:
    return actor_for(supervisor)


@pytest.fixture(autouse=True)
def rules() -> Actor:
    desk = actor_for(make_user(Role.PRIVACY_OFFICER))
    in_force(desk, "contact", 365)
    in_force(desk, "meeting_texts", 1095)
    return desk


def test_sensitive_words_come_first_then_people_no_one_has_met_for_2_years(
    north: District, actor: Actor
) -> None:
    plain, long_ago = made(north), made(north, days=800)
    note = noted(north, "They spoke about lamps")
    ill = noted(north, "Their secretary is ill with cancer", days=1075)
    assert rows(actor)[:2] == [ill, long_ago]
    assert set(rows(actor)) == {ill, long_ago, plain, note}


def test_what_was_met_changed_kept_or_is_restricted_is_not_in_the_queue(
    north: District, actor: Actor
) -> None:
    met, stays, restricted, due = made(north), made(north), made(north, is_restricted=True), made(north)
    make_contact(north)  # changed today
    meeting = make_meeting(north, starts_at=timezone.now() - timedelta(days=30))
    MeetingContact.objects.create(meeting=meeting, contact=met, attendance="attended")
    kept(actor, stays)
    assert rows(actor) == [due]
    assert restricted not in rows(actor)


def test_what_a_data_request_names_or_found_is_neither_in_the_queue_nor_removed_by_a_rule(
    north: District, actor: Actor, rules: Actor
) -> None:
    named, found, due = made(north), made(north), made(north)
    note, other = noted(north, "Ill since May", days=1200), noted(north, "They spoke of Leila", days=1200)
    by = User.objects.get(pk=str(rules.id))
    finding = make_request(by, note, named, kind="access")
    finding.pk, finding.model, finding.object_id = uuid7(), "contacts.Contact", str(found.pk)
    finding.save(force_insert=True)
    assert set(rows(actor)) == {due, other}
    with pytest.raises(ValidationError, match="no longer up for review"):
        erase_records(actor=actor, records={"contact": [named.pk]})
    assert act_on_rules() == 1
    assert Meeting.objects.exclude(facts="").get() == note
    evidence = restrict_contact(actor=rules, contact_id=found.pk, ground="evidence")
    Restriction.objects.filter(pk=evidence.pk).update(request=finding.request_id)
    DataRequest.objects.update(status="withdrawn")
    assert set(rows(actor)) == {due}  # evidence freezes what its request found
    lift_restriction(actor=rules, restriction_id=evidence.pk)
    Contact.objects.update(updated_at=timezone.now() - timedelta(days=400))
    assert set(rows(actor)) == {due, named, found, note}


def test_at_most_20_at_a_time(north: District, actor: Actor) -> None:
    for _number in range(23):
        made(north)
    found, numbers = queue(actor)
    assert (len(found), numbers) == (20, {"contact": 23})
    with pytest.raises(ValidationError, match="20"):
        erase_records(actor=actor, records={"contact": list(Contact.objects.values_list("pk", flat=True))})


def test_others_districts_and_other_roles_decide_nothing(north: District, actor: Actor) -> None:
    row, south = made(north), make_district("South")
    other = actor_for(make_supervisor(south))
    assert rows(other) == []
    for act in (lambda by: kept(by, row), lambda by: erase_records(actor=by, records={"contact": [row.pk]})):
        with pytest.raises(ValidationError, match="no longer up for review"):
            act(other)
        for role in (Role.OFFICER, Role.ADMINISTRATOR, Role.CONFIRMER):
            with pytest.raises(PermissionDenied):
                act(actor_for(make_user(role, north)))
    assert Contact.objects.filter(pk=row.pk).exists()
    kept(actor, row)


def test_no_one_decides_on_themselves(north: District, supervisor: User, actor: Actor) -> None:
    own = made(north, email=supervisor.email.upper())
    assert rows(actor) == []
    with pytest.raises(ValidationError, match="no longer"):
        kept(actor, own)
    assert rows(actor_for(make_supervisor(north))) == [own]


def test_several_are_erased_at_once_and_meetings_stay_without_their_texts(
    north: District, actor: Actor
) -> None:
    one, other, note = made(north), made(north), noted(north, "Ill")
    assert erase_records(actor=actor, records={"meeting": [note.pk]}) == 1
    assert erased(actor, one, other) == 2
    assert not Contact.objects.exists()
    note.refresh_from_db()
    assert note.facts == ""
    decisions = RetentionDecision.objects.values_list("decision", flat=True)
    assert sorted(decisions) == ["blank", "erase", "erase"]
    event = Event.objects.get(object_type="retention_decision", object_ids__contains=[note.pk])
    assert (event.action, event.purpose) == (Action.ERASE, "retention meeting_texts 1")
    assert not events_visible_to(actor_for(make_officer(north))).filter(pk=event.pk).exists()


def test_the_queue_erases_names_in_texts_makes_notices_and_writes_the_ledger(
    north: District, actor: Actor
) -> None:
    """The one eraser, but nobody has read what it finds: only what is exact, and no name that two share."""
    leila, alike = made(north, given_name="Leila", family_name="Haddad"), "Leyla Hadad came"
    twins = [made(north, given_name="Sam", family_name="Twin") for _number in range(2)]
    meeting = make_meeting(
        north, facts=f"Leila Haddad came. {alike}. Sam Twin too", subject="With Leila Haddad"
    )
    own = make_meeting(north, facts="Sam Twin asked")
    MeetingContact.objects.create(meeting=own, contact=twins[0], attendance="attended")
    Contact.objects.update(updated_at=timezone.now() - timedelta(days=400))
    audit_services.record(actor, Action.EXPORT, "contact", [leila.pk], recipient="Health office · file x")
    assert erased(actor, leila) == 1
    meeting.refresh_from_db()
    assert meeting.facts == f"[a person] came. {alike}. Sam Twin too"
    assert meeting.subject == "With [a person]"
    assert Notice.objects.get().recipient == "Health office"
    assert LedgerEntry.objects.filter(contact_ids__contains=[leila.pk]).exists()


def test_several_contacts_or_a_second_one_on_a_day_need_a_second_person(
    north: District, actor: Actor, client: Client, rules: Actor
) -> None:
    first, *others = (made(north, family_name=f"Due{number}") for number in range(4))
    erase_records(actor=actor, records={"contact": [first.pk]})
    run_next()
    assert not Contact.objects.filter(pk=first.pk).exists()
    for contacts in (others[:1], others[1:]):
        erase_records(actor=actor, records={"contact": [one.pk for one in contacts]})
    assert not run_next() and Contact.objects.count() == 3
    assert rows(actor) == []  # what waits is not asked for again
    privacy_officer = User.objects.get(pk=str(rules.id))
    client.force_login(privacy_officer)
    page = client.get("/settings/waiting/").text
    assert "2 contacts are erased." in page and "Due2" in page  # the second person sees whom
    client.force_login(make_user(Role.CONFIRMER))
    page = client.get("/settings/waiting/").text
    assert "2 contacts are erased." in page and "Due2" not in page
    one, two = PendingAct.objects.waiting().in_order()
    refuse_act(actor=rules, act_id=one.pk)
    assert rows(actor) == others[:1]  # to decide again
    confirm_act(actor=rules, act_id=two.pk)
    run_next()
    assert list(Contact.objects.all()) == others[:1]


def test_a_contact_with_a_new_data_request_is_not_erased_by_what_waited(
    north: District, actor: Actor, rules: Actor
) -> None:
    row = made(north)
    erase_records(actor=actor, records={"contact": [row.pk]})
    make_request(User.objects.get(pk=str(rules.id)), noted(north, "Ill"), row, kind="access")
    run_next()
    assert Contact.objects.filter(pk=row.pk).exists()


def test_closed_incidents_are_reviewed_with_all_that_belongs_to_them(
    north: District, actor: Actor, supervisor: User, rules: Actor, client: Client
) -> None:
    moment = timezone.now() - timedelta(days=720)
    row = make_incident(north, moment)
    step = make_step(row, "once", due=timedelta(hours=1), done=timedelta(minutes=9), note="Ill at the door")
    close_incident(row, moment, keep="They asked for quiet", held_on=moment.date())
    in_force(rules, "incident_texts", 730)
    assert rows(actor) == [row]  # by what belongs to it
    Incident.objects.filter(pk=row.pk).update(words="A window was broken")
    assert rows(actor) == [row]
    assert rows(actor_for(make_supervisor(make_district("South")))) == []
    client.force_login(supervisor)
    assert f"/incidents/{row.pk}/" in client.get("/privacy/review/").text
    assert client.get(f"/privacy/review/incident/{row.pk}/keep/").status_code == 200
    assert erase_records(actor=actor, records={"incident": [row.pk]}) == 1
    step.refresh_from_db()
    row.refresh_from_db()
    assert (step.note, row.words, row.debrief.keep) == ("", "", "")
    assert rows(actor) == []


def test_sensitive_words_are_found_in_each_text_that_belongs_to_a_record(
    north: District, actor: Actor, rules: Actor
) -> None:
    moment = timezone.now() - timedelta(days=720)
    incident = make_incident(north, moment, words="Lamps")
    make_step(incident, "once", due=timedelta(hours=1), done=timedelta(minutes=9), note="Lamps")
    make_call(incident, make_organisation(north), "reached", timedelta(hours=1))
    TensionAssessment.objects.create(incident=incident, number=1, level=1, trend="falling")
    close_incident(incident, moment, keep="Lamps", held_on=moment.date())
    incident.debrief.voices.create(in_time="yes")
    shift = planting.make_row(DutyShift, starts_at=moment, ends_at=moment + timedelta(hours=8))
    planting.make_row(ShiftHandover, shift=shift, at=shift.ends_at, note="Ill")  # of no single incident
    concern = make_concern(north, moment, facts="Lamps", status="closed", closed_at=moment)
    promise = make_promise(make_organisation(north), status="done", completed_at=moment, result="Lamps")
    records: dict[str, Any] = {"meeting": noted(north, "Lamps"), "concern": concern}
    records |= {"follow_up": promise, "incident": incident}
    for noun, record in records.items():
        code = REVIEWED[noun]
        RetentionRule.objects.filter(code=code).exists() or in_force(rules, code, 730)
        for aged in tables_of(noun):
            row = aged.rows.get(**{aged.record: record.pk})
            for name in aged.texts:
                before, held_on = getattr(row, name), getattr(row, "held_on", None)
                setattr(row, name, "Ill since May")
                if name == "waived_reason":
                    row.held_on = None
                row.save()
                [found] = reviewable_records(actor, noun, [record.pk])
                assert (found.topics, found.risk) == (["health"], 0), (aged.label, name)
                setattr(row, name, before)
                row.held_on = held_on
                row.save()
        assert reviewable_records(actor, noun, [record.pk])[0].topics == []
    assert {one.noun for one in queue(actor)[0]} == set(records)


def test_nothing_can_be_decided_after_the_rule_has_ended(north: District, actor: Actor, rules: Actor) -> None:
    row = made(north)
    end_rule(actor=rules, code="contact", number=1)
    assert rows(actor) == []
    with pytest.raises(ValidationError, match="no longer"):
        erase_records(actor=actor, records={"contact": [row.pk]})


def test_the_pages_keep_one_undo_it_and_erase_what_is_selected(
    north: District, supervisor: User, client: Client
) -> None:
    stays, goes = made(north, family_name="Stays"), made(north, family_name="Goes")
    client.force_login(supervisor)
    page = client.get("/privacy/review/").text
    assert "2 of 2 records" in page and "Stays" in page and "Goes" in page
    assert "?kind=" not in page  # one kind needs no tabs
    noted(north, "Lamps")
    assert "?kind=meeting" in client.get("/privacy/review/?kind=officer").text
    alone = client.get("/privacy/review/?kind=meeting").text
    assert "1 record." in alone and "Stays" not in alone
    keep = f"/privacy/review/contact/{stays.pk}/keep/"
    assert client.get(keep).status_code == 200
    assert client.post(keep, {"until": city_today() + timedelta(days=9)}).status_code == 422
    said = client.post(keep, {"reason": "law", "until": city_today() + timedelta(days=9)}, follow=True).text
    assert "Record kept." in said and "Undo" in said and "Stays" not in said
    sent: dict[str, Any] = {"row": [f"contact:{goes.pk}", f"contact:{UUID(int=7)}", "x:y"]}
    asked = client.post("/privacy/review/erase/", sent)
    assert asked.status_code == 200 and "This cannot be undone" in asked.text
    assert Contact.objects.filter(pk=goes.pk).exists()
    sent |= {"row": [f"contact:{goes.pk}"], "sure": "yes"}
    late = client.post("/privacy/review/erase/", sent)
    assert (
        late["Location"].startswith("/accounts/reauthenticate/")
        and Contact.objects.filter(pk=goes.pk).exists()
    )
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    done = client.post("/privacy/review/erase/?kind=meeting", sent, follow=True)
    assert "their names in texts are being erased" in done.text
    assert done.redirect_chain == [("/privacy/review/?kind=meeting", 302)]
    run_next()
    assert not Contact.objects.filter(pk=goes.pk).exists()
    assert client.get(f"/privacy/review/contact/{UUID(int=7)}/keep/").status_code == 404
    assert client.get(f"/privacy/review/officer/{stays.pk}/keep/").status_code == 404
    assert "Select at least one" in client.post("/privacy/review/erase/", {"sure": "yes"}, follow=True).text
    client.force_login(make_officer(north))
    assert client.get("/privacy/review/").status_code == 403
    assert client.post("/privacy/review/erase/", sent).status_code == 403


def test_figures_count_reviews_in_time_late_ones_and_what_is_kept_often(
    north: District, actor: Actor, rules: Actor
) -> None:
    long_ago = timezone.now() - timedelta(days=60)
    RetentionRule.objects.update(in_force_since=long_ago)
    made(north, days=380)
    assert (figures().in_time, figures().due) == (0, 0)  # due since 15 days: not late yet
    made(north, days=500)
    kept(actor, made(north, days=380))
    late = kept(actor, made(north, days=500))
    assert late.due_on == city_day(long_ago)
    noted(north, "Lamps", days=900)
    found = figures()
    assert (found.in_time, found.due, found.kept_often) == (1, 3, 0)
    assert found.oldest_text == city_day(timezone.now() - timedelta(days=900))
    for _time in range(2):
        RetentionDecision.objects.create(
            rule=late.rule, object_type="contact", object_id=late.object_id, decision="keep", reason="law",
            due_on=city_today(), until=city_today(), decided_by_id=actor.id,
        )  # fmt: skip
    assert figures().kept_often == 1


def test_supervisors_are_reminded_each_month_and_privacy_officers_each_year() -> None:
    zone = ZoneInfo("Europe/London")
    who = Recipient(UUID(int=1), frozenset({"email"}), zone)
    now = datetime(2027, 2, 26, 12, tzinfo=UTC)

    def days(*in_force_on: date, is_supervisor: bool) -> list[tuple[str, date]]:
        found = review_reminders(who, in_force_on, now=now, is_supervisor=is_supervisor)
        return [(one.rule, one.at.date()) for one in found]

    march = date(2027, 3, 1)
    assert days(date(2026, 5, 1), is_supervisor=True) == [("retention_queue", march)]
    assert days(date(2026, 3, 1), is_supervisor=False) == [("retention_rules", march)]
    assert days(date(2026, 5, 1), is_supervisor=False) == days(march, is_supervisor=False) == []
    assert days(is_supervisor=True) == []


def test_a_reminder_says_how_many_and_is_left_out_if_there_is_nothing(
    north: District, supervisor: User, actor: Actor, rules: Actor
) -> None:
    subject = subjects.find_subject("reviewer")
    assert not subject.rows_visible_to(actor, [supervisor.pk])
    made(north)
    [row] = subject.rows_visible_to(actor, [supervisor.pk]).values()
    assert subject.words("retention_queue", row) == ("Records to review", ["1 record is up for review."])
    assert not subject.rows_visible_to(actor_for(make_supervisor(north)), [supervisor.pk])
    desk = User.objects.get(pk=str(rules.id))
    assert list(subject.rows_visible_to(rules, [desk.pk, supervisor.pk])) == [desk.pk]
    assert set(subject.coming(timezone.now())) >= {supervisor.pk, desk.pk}
