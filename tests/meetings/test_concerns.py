"""The services for concerns: log, answer, and offer reassurance."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import NOBODY, SYSTEM, Actor
from accounts.models import Role
from audit.models import Action, Change, Event, Op
from lib.conflicts import StaleVersion
from lib.days import city_today
from meetings.models import Concern
from meetings.rules.communities import communities_of, plain_grounds
from meetings.services.concerns import (
    answer_concern,
    close_concern,
    edit_concern,
    log_concern,
    offer_reassurance,
    reopen_concern,
    report_back,
)
from reminders.models import Reminder
from tests.factories import (
    make_actor,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)

pytestmark = pytest.mark.django_db


def log(actor: Actor, **fields: Any) -> Concern:
    fields.setdefault("kinds", ["graffiti_symbol"])
    return log_concern(actor=actor, **fields)


def test_a_swastika_on_a_mosque_is_logged_with_what_is_known() -> None:
    north = make_district()
    actor, mosque = make_actor(north), make_organisation(north)
    concern = log(
        actor,
        district=north,
        site_organisation=mosque,
        bias_grounds=["anti_muslim"],
        facts=" East door, black paint \r\n",
    )
    assert concern.status == "open"
    assert abs(timezone.now() - concern.received_at) < timedelta(minutes=1)
    assert concern.affected_focuses == ["muslim"]
    assert concern.facts == "East door, black paint"
    event = Event.objects.get(object_ids=[concern.pk])
    assert (event.action, event.actor_id, event.district_ids) == (Action.CREATE, actor.id, [north.pk])
    assert "facts" in event.field_names
    assert Change.objects.get(object_id=concern.pk).op == Op.CREATED


def test_communities_chosen_by_the_officer_are_kept_as_chosen() -> None:
    north = make_district()
    concern = log(
        make_actor(north), district=north, bias_grounds=["anti_muslim"], affected_focuses=["women", "women"]
    )
    assert concern.affected_focuses == ["women"]


@pytest.mark.parametrize(
    ("grounds", "communities"),
    [
        (["anti_roma"], ["roma"]),
        (["anti_trans", "anti_lgbti"], ["trans", "lgbti"]),
        (["unknown"], []),
        (["ideology", "age"], []),
    ],
)
def test_communities_follow_from_the_bias(grounds: list[str], communities: list[str]) -> None:
    assert communities_of(grounds) == communities


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["unknown", "antisemitic", "antisemitic"], ["antisemitic"]),
        (["none", "unknown"], ["unknown"]),
        (["none"], ["none"]),
        ([], []),
    ],
)
def test_unknown_and_none_stand_alone(given: list[str], kept: list[str]) -> None:
    assert plain_grounds(given) == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kinds", []),
        ("kinds", ["invented"]),
        ("bias_grounds", ["invented"]),
        ("affected_focuses", ["invented"]),
        ("perceived_by", "invented"),
        ("received_at", lambda: timezone.now() + timedelta(days=1)),
        ("occurred_on", lambda: city_today() + timedelta(days=1)),
        ("reassurance_answer", "accepted"),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    north = make_district()
    value = value() if callable(value) else value
    with pytest.raises(ValidationError):
        log(make_actor(north), district=north, **{field: value})
    assert not Concern.objects.exists()


def test_what_is_not_seen_cannot_be_named() -> None:
    north = make_district()
    actor = make_actor(north)
    wrong: list[dict[str, Any]] = [
        {"site_organisation": make_organisation()},
        {"raised_by_organisation": make_organisation()},
        {"meeting": make_meeting()},
    ]
    for fields in wrong:
        with pytest.raises(ValidationError) as refused:
            log(actor, district=north, **fields)
        assert list(refused.value.message_dict) == list(fields)


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_does_not_write_logs_nothing(role: str) -> None:
    north = make_district()
    with pytest.raises(PermissionDenied):
        log(make_actor(north, role=role), district=north)


def test_elsewhere_nothing_is_logged_or_moved_to() -> None:
    north, south = make_district(), make_district()
    actor = make_actor(north)
    with pytest.raises(PermissionDenied):
        log(actor, district=south)
    concern = log(actor, district=north)
    with pytest.raises(PermissionDenied):
        edit_concern(actor=actor, concern_id=concern.pk, district=south)


def test_not_seen_is_as_if_it_did_not_exist() -> None:
    north = make_district()
    concern = log(make_actor(north), district=north)
    for actor in (make_actor(make_district()), make_actor(north, role=Role.ADMINISTRATOR), NOBODY):
        with pytest.raises(Concern.DoesNotExist):
            answer_concern(actor=actor, concern_id=concern.pk)


def test_a_privacy_officer_reads_and_does_not_write() -> None:
    north = make_district()
    concern = log(make_actor(north), district=north)
    with pytest.raises(PermissionDenied):
        answer_concern(actor=make_actor(role=Role.PRIVACY_OFFICER), concern_id=concern.pk)


def test_a_change_raises_the_version_and_names_its_fields() -> None:
    north, south = make_district(), make_district()
    actor = make_actor(north, south)
    concern = log(actor, district=north)
    edit_concern(actor=actor, concern_id=concern.pk, version=1, district=south, case_reference="H-17")
    event = Event.objects.get(object_ids=[concern.pk], action=Action.UPDATE)
    assert (event.field_names, set(event.district_ids)) == (
        ["case_reference", "district"],
        {north.pk, south.pk},
    )
    with pytest.raises(StaleVersion):
        edit_concern(actor=actor, concern_id=concern.pk, version=1, place="Door")
    assert edit_concern(actor=actor, concern_id=concern.pk, case_reference="H-17").version == 2


def test_answered_closed_and_one_step_back() -> None:
    north = make_district()
    actor = make_actor(north)
    concern = log(actor, district=north)
    answered = answer_concern(actor=actor, concern_id=concern.pk)
    assert (answered.status, answered.closed_at) == ("answered", None)
    closed = close_concern(actor=actor, concern_id=concern.pk)
    assert closed.closed_at is not None
    assert closed.answered_at == answered.answered_at
    back = reopen_concern(actor=actor, concern_id=concern.pk)
    assert (back.status, back.answered_at, back.closed_at) == ("answered", answered.answered_at, None)
    opened = reopen_concern(actor=actor, concern_id=concern.pk)
    assert (opened.status, opened.answered_at) == ("open", None)


def test_closed_without_an_answer_does_not_claim_one() -> None:
    north = make_district()
    actor = make_actor(north)
    concern = log(actor, district=north)
    closed = close_concern(actor=actor, concern_id=concern.pk)
    assert (closed.status, closed.answered_at) == ("closed", None)
    assert reopen_concern(actor=actor, concern_id=concern.pk).status == "open"


def test_reassurance_keeps_its_first_moment_and_their_answer() -> None:
    north = make_district()
    actor = make_actor(north)
    concern = log(actor, district=north)
    offered = offer_reassurance(actor=actor, concern_id=concern.pk)
    accepted = offer_reassurance(actor=actor, concern_id=concern.pk, answer="accepted")
    assert accepted.reassurance_offered_at == offered.reassurance_offered_at
    assert accepted.reassurance_answer == "accepted"


def test_those_who_raised_it_are_told() -> None:
    north = make_district()
    actor = make_actor(north)
    concern = log(actor, district=north)
    assert report_back(actor=actor, concern_id=concern.pk).reported_back_on == city_today()


def test_lead_deputy_and_supervisor_are_told_at_once() -> None:
    north = make_district()
    lead, deputy, supervisor = make_officer(north), make_officer(north), make_supervisor(north)
    make_officer(north)
    mosque = make_organisation(north, lead_officer=lead, deputy_officer=deputy)
    concern = log(make_actor(north), district=north, site_organisation=mosque)
    told = Reminder.objects.filter(subject_id=concern.pk, occurrence__lte=timezone.now())
    assert {reminder.recipient for reminder in told} == {lead, deputy, supervisor}


def test_who_comes_to_be_concerned_later_is_told_then() -> None:
    north = make_district()
    lead = make_officer(north)
    actor = make_actor(north)
    concern = log(actor, district=north)
    assert not Reminder.objects.filter(recipient=lead).exists()
    school = make_organisation(north, lead_officer=lead)
    edit_concern(actor=actor, concern_id=concern.pk, raised_by_organisation=school)
    assert Reminder.objects.filter(recipient=lead, subject_id=concern.pk).exists()


@pytest.mark.parametrize("is_there_already", [False, True])
def test_a_concern_raised_in_a_meeting_came_of_it(is_there_already: bool) -> None:
    north = make_district()
    actor, meeting = make_actor(north), make_meeting(north, outcomes=["information_shared"])
    if is_there_already:
        concern = log(actor, district=north)
        edit_concern(actor=actor, concern_id=concern.pk, meeting=meeting)
    else:
        log(actor, district=north, meeting=meeting)
    meeting.refresh_from_db()
    assert meeting.outcomes == ["information_shared", "concern_raised"]


@pytest.mark.parametrize(
    "field", ["received_at", "reassurance_offered_at", "occurred_on", "reported_back_on"]
)
def test_nothing_has_happened_in_the_future(field: str) -> None:
    tomorrow = timezone.now() + timedelta(days=2)
    value = tomorrow if field.endswith("_at") else tomorrow.date()
    with pytest.raises(ValidationError) as refused:
        log_concern(actor=SYSTEM, kinds=["other"], district=make_district(), **{field: value})
    assert refused.value.message_dict.keys() == {field}
