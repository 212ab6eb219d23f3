"""What retention rules remove: texts, names of who attended, ended roles and old requests."""

import contextlib
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import Actor, actor_for
from accounts.models import DutyShift, Role, User
from audit.models import Action, Event
from audit.services import record
from contacts.models import Affiliation, FocusDeclaration
from districts.models import District
from incidents.models import Debrief, Incident, IncidentStep, ShiftHandover
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting, MeetingContact
from privacy import inventory
from privacy.codes import RetentionCode
from privacy.models import (
    Breach,
    DataRequest,
    Finding,
    Package,
    Restriction,
    RetentionDecision,
    RetentionRule,
)
from privacy.queries.retention import AGED, MARKED, removed_text_mark
from privacy.services import retention
from privacy.services.retention import act_on_rules
from privacy.services.retention_rules import end_rule
from tests.architecture.ground import Ground
from tests.factories import (
    make_contact,
    make_meeting,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.privacy import planting
from tests.privacy.making import make_breach, make_package, make_request
from tests.privacy.test_retention_rules import in_force
from tests.reports.city import (
    at,
    close_incident,
    make_call,
    make_concern,
    make_incident,
    make_promise,
    make_step,
    old,
)
from tests.reports.test_the_past_stays import figures

pytestmark = pytest.mark.django_db

FACTS = "Leila Haddad opens on Tuesdays"
DAY = date(2024, 8, 12)  # in the quarter of the figures, more than 2 years ago
TEXTS = [code for code in RetentionCode if inventory.rules()[code].then == "blank"]


def all_in_force(actor: Actor, days: int = 365) -> None:
    for code in set(RetentionCode) - {RetentionCode.TRAIL}:  # tests/audit/test_pruning.py
        in_force(actor, code, days)


def make_everything(north: District) -> Meeting:
    """Everything that figures count, two years old, with a name in each text."""
    leila = make_contact(north, given_name="Leila", family_name="Haddad")
    place = old(make_organisation(north))
    texts = {
        "facts": FACTS,
        "assessment": FACTS,
        "other_participants": FACTS,
        "agenda": FACTS,
        "place": FACTS,
    }
    meeting = make_meeting(north, place, starts_at=at(DAY), headcount=None, **texts)
    MeetingContact.objects.create(meeting=meeting, contact=leila, attendance="attended")
    Affiliation.objects.create(
        contact=leila, organisation=place, role_title="Chair", since=date(2020, 1, 1), until=date(2024, 9, 1)
    )
    make_promise(place, due_on=DAY, done_at=at(DAY), title=f"Call {FACTS}", contact=leila, result=FACTS)
    make_promise(place, due_on=DAY, title="Write to them")
    make_concern(
        north, at(DAY), facts=FACTS, site_organisation=place, status="closed", answered_at=at(DAY),
        closed_at=at(DAY),
    )  # fmt: skip
    incident = make_incident(north, at(DAY))
    make_step(incident, "once", due=timedelta(hours=1), done=timedelta(minutes=9), note=FACTS)
    make_call(incident, place, "reached", timedelta(hours=1))
    close_incident(incident, at(DAY), keep=FACTS, held_on=DAY)
    return meeting


def test_nothing_acts_before_a_rule_is_in_force_nor_on_its_first_day(north: District, actor: Actor) -> None:
    meeting = make_everything(north)
    assert act_on_rules() == 0
    row = in_force(actor, "meeting_texts", 365)
    row.in_force_since = timezone.now()
    row.save()
    assert act_on_rules() == 0
    meeting.refresh_from_db()
    assert meeting.facts == FACTS
    assert act_on_rules(city_today() + timedelta(days=1)) == 1
    meeting.refresh_from_db()
    assert meeting.facts == ""


def test_texts_leave_and_every_figure_is_the_same_before_and_after(north: District, actor: Actor) -> None:
    meeting = make_everything(north)
    reader = actor_for(make_supervisor(north))
    before = figures(reader)
    all_in_force(actor)
    assert act_on_rules() > 6
    assert figures(reader) == before
    assert len(before) > 20
    meeting.refresh_from_db()
    assert (meeting.facts, meeting.assessment, meeting.other_participants) == ("", "", "")
    assert (meeting.headcount, meeting.contact_links.count()) == (1, 0)
    assert "haddad" not in meeting.folded
    assert Concern.objects.get().facts == Debrief.objects.get().keep == IncidentStep.objects.get().note == ""
    done, pending = FollowUp.objects.order_by(F("completed_at").asc(nulls_last=True))
    assert (done.title, done.result, pending.title) == (removed_text_mark(), "", "Write to them")
    assert not Affiliation.objects.exists()
    assert act_on_rules() == 0  # nothing is done twice


def test_a_rule_removes_a_number_of_rows_a_day_and_the_rest_on_the_next(
    north: District, actor: Actor, settings: Settings, client: Client
) -> None:
    for _number in range(5):
        make_meeting(north, starts_at=at(DAY), facts=FACTS)
    settings.RETENTION_ROWS_A_DAY = 3
    in_force(actor, "meeting_texts", 365)
    assert (act_on_rules(), act_on_rules()) == (3, 0)
    client.force_login(User.objects.get(pk=str(actor.id)))
    for path in ("/privacy/rules/", "/privacy/rules/meeting_texts/"):
        assert "The rest waits until tomorrow." in client.get(path).text
    assert act_on_rules(city_today() + timedelta(days=1)) == 2
    assert not Meeting.objects.exclude(facts="").exists()


def test_each_act_is_an_event_that_names_its_rule(north: District, actor: Actor) -> None:
    meeting = make_everything(north)
    in_force(actor, "meeting_texts", 365)
    act_on_rules()
    events = Event.objects.filter(object_ids__contains=[meeting.pk], actor_kind="system")
    [event] = [one for one in events if one.purpose]
    assert (event.purpose, event.action) == ("retention meeting_texts 1", Action.UPDATE)
    assert "facts" in event.field_names


def test_a_run_that_is_killed_after_any_batch_reaches_the_same_end(
    north: District, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Killed` stands for kill -9: the transaction of the batch is rolled back, earlier ones stay."""

    class Killed(BaseException):
        pass

    for _number in range(5):
        make_meeting(north, starts_at=at(DAY), facts=FACTS)
    in_force(actor, "meeting_texts", 365)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    real, calls = record, 0

    def killed_now(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise Killed
        return real(*args, **named)

    monkeypatch.setattr(retention, "record", killed_now)
    left = []
    for _run in range(4):
        with contextlib.suppress(Killed):
            act_on_rules()
        left.append(Meeting.objects.exclude(facts="").count())
    assert left == [5, 3, 1, 0]
    assert Event.objects.filter(object_type="meeting").exclude(reason_code="").count() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting: meeting.contacts.update(is_restricted=True),
        lambda meeting: keep(meeting.pk, until=city_today() + timedelta(days=1)),
        lambda meeting: end_rule(
            actor=actor_for(make_user(Role.PRIVACY_OFFICER)), code="meeting_texts", number=1
        ),
        lambda meeting: Meeting.objects.update(starts_at=timezone.now() - timedelta(days=364)),
    ],
    ids=["a restricted contact attended", "someone keeps it", "the rule was ended", "it is not old enough"],
)
def test_a_text_stays_if(north: District, actor: Actor, change: Callable[[Meeting], Any]) -> None:
    meeting = make_everything(north)
    in_force(actor, "meeting_texts", 365)
    change(meeting)
    assert act_on_rules() == 0
    meeting.refresh_from_db()
    assert meeting.facts == FACTS


def keep(pk: Any, until: date) -> None:
    RetentionDecision.objects.create(
        rule=RetentionRule.objects.get(), object_type="meeting", object_id=pk, decision="keep",
        reason="law", due_on=city_today(), until=until,
    )  # fmt: skip


def test_a_record_is_kept_no_longer_than_decided(north: District, actor: Actor) -> None:
    meeting = make_everything(north)
    in_force(actor, "meeting_texts", 365)
    keep(meeting.pk, until=city_today())
    assert act_on_rules() == 1


def test_open_records_stay_whatever_their_age(north: District, actor: Actor) -> None:
    place = make_organisation(north)
    make_concern(north, at(DAY), facts=FACTS)
    make_promise(place, due_on=DAY, title=FACTS)
    step = make_step(make_incident(north, at(DAY)), "once", due=timedelta(hours=1), note=FACTS)
    all_in_force(actor)
    act_on_rules()
    step.refresh_from_db()
    assert step.note == Concern.objects.get().facts == FollowUp.objects.get().title == FACTS


def test_declarations_that_ended_leave_and_others_stay(north: District, actor: Actor) -> None:
    place = old(make_organisation(north))
    ended = {"declared_by": "Their chair", "declared_on": date(2020, 1, 1), "organisation": place}
    FocusDeclaration.objects.create(focus="muslim", withdrawn_on=date(2024, 1, 1), **ended)
    stays = FocusDeclaration.objects.create(focus="roma", **ended)
    version = place.version
    in_force(actor, "declaration", 730)
    assert act_on_rules() == 1
    assert list(FocusDeclaration.objects.all()) == [stays]
    place.refresh_from_db()
    assert place.version == version + 1  # whoever has a copy is told


def test_old_requests_leave_with_all_that_belongs_to_them(north: District, actor: Actor) -> None:
    by = make_user(Role.PRIVACY_OFFICER)
    pending = make_request(by, make_meeting(north), make_contact(north))
    package = make_package(by)
    DataRequest.objects.filter(pk=package.request_id).update(answered_on=city_today() - timedelta(days=1100))
    in_force(actor, "request", 1095)
    assert act_on_rules() == 1
    assert list(DataRequest.objects.all()) == [pending.request]
    assert (Package.objects.count(), Finding.objects.count()) == (0, 1)


def test_a_closed_breach_keeps_its_days_and_loses_its_texts(actor: Actor) -> None:
    row = make_breach(make_user(Role.PRIVACY_OFFICER))
    in_force(actor, "breach_texts", 365)
    assert act_on_rules() == 0
    Breach.objects.update(closed_at=timezone.now() - timedelta(days=400), measures="Called Leila")
    assert act_on_rules() == 1
    aware = row.aware_at
    row.refresh_from_db()
    assert (row.what, row.measures, row.aware_at) == (removed_text_mark(), "", aware)


@pytest.mark.thorough
@pytest.mark.long
def test_a_planted_person_leaves_every_text_that_a_rule_removes(actor: Actor) -> None:
    """Tables and fields come from the inventory, so new texts are covered."""
    Ground()
    long_ago = timezone.now() - timedelta(days=4000)
    close_all(long_ago)
    shift = planting.make_row(DutyShift, starts_at=long_ago, ends_at=long_ago + timedelta(hours=8))
    planting.make_row(ShiftHandover, shift=shift, at=shift.ends_at)
    planted = planting.fields_of(planting.plant(random.Random(17), "exact"))
    wanted = {
        (aged.label, name)
        for code in TEXTS
        for aged in AGED[code]
        for name in aged.texts
        if aged.label != "privacy.Breach"  # none is closed here; a test above closes one
    }
    searched = {
        (one.model, one.name) for one in planting.searched_fields() if not one.model.startswith("privacy.")
    }
    assert (wanted & searched) - planted <= MARKED
    for code in TEXTS:
        in_force(actor, code, 30)
    act_on_rules(city_today() + timedelta(days=4000))
    left = set(planting.traces())
    assert {f"{label}.{name}" for label, name in wanted} & left == set()


def close_all(moment: datetime) -> None:
    """Close what is open, so that it can get old."""
    FollowUp.objects.update(status="done", completed_at=moment)
    Concern.objects.update(status="closed", received_at=moment, answered_at=moment, closed_at=moment)
    Incident.objects.update(status="closed", closed_at=moment)
    DataRequest.objects.filter(answered_on=None).update(status="withdrawn")
    Restriction.objects.update(lifted_at=moment)
