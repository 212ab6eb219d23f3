"""The services for follow-ups: create, complete, move and cancel."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import NOBODY, Actor, actor_for
from accounts.models import Role, User
from audit.models import Action, Change, Event, Op
from contacts.models import Organisation
from lib.conflicts import StaleVersion
from lib.days import city_today
from meetings.models import FollowUp
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    create_follow_up,
    edit_follow_up,
    record_report_back,
    reopen_follow_up,
)
from reminders.models import Reminder
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db


def tomorrow() -> date:
    return city_today() + timedelta(days=1)


def promise(actor: Actor, *organisations: Organisation, **fields: Any) -> FollowUp:
    fields.setdefault("title", "Send the noise form")
    fields.setdefault("due_on", tomorrow())
    fields.setdefault("owner", User.objects.get(pk=actor.id))
    return create_follow_up(actor=actor, organisations=organisations, **fields)


def test_a_promise_to_two_organisations_is_made_and_in_the_trail() -> None:
    north, south = make_district(), make_district()
    officer = make_officer(north)
    actor = actor_for(officer)
    one = make_organisation(north)
    other = make_organisation(south, also_in=[north])
    follow_up = create_follow_up(
        actor=actor, title=" Call  back ", organisations=[one, other, one], owner=officer, due_on=tomorrow()
    )
    assert (follow_up.title, follow_up.first_due_on, follow_up.folded) == (
        "Call back",
        tomorrow(),
        "call back",
    )
    assert set(follow_up.organisations.all()) == {one, other}
    event = Event.objects.get(object_ids=[follow_up.pk])
    assert (event.action, event.actor_id, set(event.district_ids)) == (
        Action.CREATE,
        officer.pk,
        {north.pk, south.pk},
    )
    assert Change.objects.get(object_id=follow_up.pk).op == Op.CREATED


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_does_not_write_promises_nothing(role: str) -> None:
    north = make_district()
    organisation = make_organisation(north)
    with pytest.raises((PermissionDenied, ValidationError)):
        create_follow_up(
            actor=make_actor(north, role=role),
            title="Call",
            organisations=[organisation],
            owner=make_officer(north),
            due_on=tomorrow(),
        )
    assert not FollowUp.objects.exists()


def test_seen_but_not_at_home_here_is_not_enough() -> None:
    north, south = make_district(), make_district()
    organisation = make_organisation(south, also_in=[north])
    officer = make_officer(north)
    with pytest.raises(PermissionDenied):
        create_follow_up(
            actor=actor_for(officer),
            title="Call",
            organisations=[organisation],
            owner=officer,
            due_on=tomorrow(),
        )


def test_what_is_not_seen_cannot_be_named() -> None:
    north = make_district()
    officer = make_officer(north)
    mine, hidden = make_organisation(north), make_organisation()
    wrong: list[dict[str, Any]] = [
        {"organisations": [mine, hidden]},
        {"organisations": [mine], "contact": make_contact()},
        {"organisations": [mine], "meeting": make_meeting()},
    ]
    for fields in wrong:
        with pytest.raises(ValidationError) as refused:
            create_follow_up(
                actor=actor_for(officer), title="Call", owner=officer, due_on=tomorrow(), **fields
            )
        assert refused.value.message_dict


def test_a_promise_to_nobody_registered_is_ones_own() -> None:
    north = make_district()
    officer, colleague = make_officer(north), make_officer(north)
    actor = actor_for(officer)
    follow_up = create_follow_up(actor=actor, title="Ask the baker", owner=officer, due_on=tomorrow())
    assert FollowUp.objects.visible_to(actor).get() == follow_up
    assert not FollowUp.objects.visible_to(actor_for(colleague)).exists()
    with pytest.raises(PermissionDenied):
        create_follow_up(actor=actor, title="Ask the baker", owner=colleague, due_on=tomorrow())


def test_moving_a_promise_keeps_the_day_first_promised() -> None:
    north = make_district()
    actor = make_actor(north)
    follow_up = promise(actor, make_organisation(north))
    later = tomorrow() + timedelta(days=7)
    moved = edit_follow_up(actor=actor, follow_up_id=follow_up.pk, version=1, due_on=later)
    assert (moved.due_on, moved.first_due_on, moved.version) == (later, tomorrow(), 2)
    assert Event.objects.get(object_ids=[follow_up.pk], action=Action.UPDATE).field_names == ["due_on"]


def test_nothing_changed_is_nothing_written() -> None:
    north = make_district()
    actor = make_actor(north)
    organisation = make_organisation(north)
    follow_up = promise(actor, organisation)
    same = edit_follow_up(
        actor=actor, follow_up_id=follow_up.pk, title=follow_up.title, organisations=[organisation]
    )
    assert same.version == 1
    assert Change.objects.filter(object_id=follow_up.pk).count() == 1


def test_a_version_of_yesterday_is_refused() -> None:
    north = make_district()
    actor = make_actor(north)
    follow_up = promise(actor, make_organisation(north))
    edit_follow_up(actor=actor, follow_up_id=follow_up.pk, title="Bring it")
    with pytest.raises(StaleVersion) as stale:
        edit_follow_up(actor=actor, follow_up_id=follow_up.pk, version=1, title="Post it")
    assert stale.value.current == 2


def test_organisations_the_writer_does_not_see_stay() -> None:
    north, south = make_district(), make_district()
    ours, theirs, new = make_organisation(north), make_organisation(south), make_organisation(north)
    follow_up = promise(make_actor(north, south), ours, theirs)
    actor = make_actor(north)
    edit_follow_up(actor=actor, follow_up_id=follow_up.pk, organisations=[new])
    assert set(follow_up.organisations.all()) == {theirs, new}


def test_the_last_organisation_of_ones_districts_cannot_be_taken_away() -> None:
    north, south = make_district(), make_district()
    follow_up = promise(make_actor(north, south), make_organisation(north), make_organisation(south))
    with pytest.raises(PermissionDenied):
        edit_follow_up(actor=make_actor(north), follow_up_id=follow_up.pk, organisations=[])
    assert follow_up.organisations.count() == 2


def test_done_says_when_and_who_was_told() -> None:
    north = make_district()
    actor = make_actor(north)
    one, other = make_organisation(north), make_organisation(north)
    follow_up = promise(actor, one, other)
    done = complete_follow_up(
        actor=actor, follow_up_id=follow_up.pk, version=1, result="Sent on paper", reported_to=[one.pk]
    )
    assert (done.status, done.result, done.version) == ("done", "Sent on paper", 2)
    assert done.completed_at is not None
    told = dict(follow_up.organisation_links.values_list("organisation", "reported_back_on"))
    assert told == {one.pk: city_today(), other.pk: None}
    told_later = record_report_back(
        actor=actor, follow_up_id=follow_up.pk, organisation_ids=[one.pk, other.pk]
    )
    assert told_later.version == 3
    assert told_later.completed_at == done.completed_at


def test_not_done_after_all() -> None:
    north = make_district()
    actor = make_actor(north)
    organisation = make_organisation(north)
    follow_up = promise(actor, organisation)
    complete_follow_up(actor=actor, follow_up_id=follow_up.pk, reported_to=[organisation.pk])
    again = reopen_follow_up(
        actor=actor, follow_up_id=follow_up.pk, version=2, not_reported_to=[organisation.pk]
    )
    assert (again.status, again.completed_at) == ("open", None)
    assert follow_up.organisation_links.get().reported_back_on is None


def test_a_cancelled_promise_has_a_reason_and_is_not_done() -> None:
    north = make_district()
    actor = make_actor(north)
    follow_up = promise(actor, make_organisation(north))
    with pytest.raises(ValidationError):
        cancel_follow_up(actor=actor, follow_up_id=follow_up.pk, reason="  ")
    gone = cancel_follow_up(actor=actor, follow_up_id=follow_up.pk, reason="They moved away")
    assert (gone.status, gone.cancel_reason, gone.completed_at) == ("cancelled", "They moved away", None)
    back = reopen_follow_up(actor=actor, follow_up_id=follow_up.pk)
    assert (back.status, back.cancel_reason) == ("open", "")


def test_an_owner_from_elsewhere_changes_status_and_result_only() -> None:
    north = make_district()
    organisation = make_organisation(north)
    owner = make_officer(make_district())
    follow_up = promise(make_actor(north), organisation, owner=owner)
    actor = actor_for(owner)
    edit_follow_up(actor=actor, follow_up_id=follow_up.pk, status="in_progress", result="Asked around")
    complete_follow_up(actor=actor, follow_up_id=follow_up.pk)
    refused: list[dict[str, Any]] = [
        {"title": "Other"},
        {"due_on": tomorrow() + timedelta(days=1)},
        {"reported_to": [organisation.pk]},
        {"organisations": []},
        {"owner": make_officer(north)},
    ]
    for fields in refused:
        with pytest.raises(PermissionDenied):
            edit_follow_up(actor=actor, follow_up_id=follow_up.pk, **fields)


def test_an_officer_hands_over_her_own_and_a_supervisor_anybodys() -> None:
    north = make_district()
    owner, colleague, third = make_officer(north), make_officer(north), make_officer(north)
    follow_up = promise(actor_for(owner), make_organisation(north), owner=owner)
    with pytest.raises(PermissionDenied):
        edit_follow_up(actor=actor_for(colleague), follow_up_id=follow_up.pk, owner=colleague)
    assert (
        edit_follow_up(actor=actor_for(owner), follow_up_id=follow_up.pk, owner=colleague).owner == colleague
    )
    supervisor = actor_for(make_supervisor(north))
    assert edit_follow_up(actor=supervisor, follow_up_id=follow_up.pk, owner=third).owner == third


def test_a_promise_is_kept_by_somebody_who_works_here() -> None:
    north = make_district()
    actor = make_actor(north)
    for owner in (make_officer(north, is_active=False), make_user(Role.ADMINISTRATOR)):
        with pytest.raises(ValidationError) as refused:
            promise(actor, make_organisation(north), owner=owner)
        assert "owner" in refused.value.message_dict


def test_not_seen_is_as_if_it_did_not_exist() -> None:
    follow_up = promise(make_actor(north := make_district()), make_organisation(north))
    for actor in (make_actor(make_district()), make_actor(north, role=Role.ADMINISTRATOR), NOBODY):
        with pytest.raises(FollowUp.DoesNotExist):
            edit_follow_up(actor=actor, follow_up_id=follow_up.pk, title="Other")
    with pytest.raises(FollowUp.DoesNotExist):
        edit_follow_up(actor=make_actor(north), follow_up_id=uuid4(), title="Other")


def test_a_privacy_officer_reads_and_does_not_write() -> None:
    follow_up = promise(make_actor(north := make_district()), make_organisation(north))
    with pytest.raises(PermissionDenied):
        complete_follow_up(actor=make_actor(role=Role.PRIVACY_OFFICER), follow_up_id=follow_up.pk)


def test_reminders_follow_the_promise() -> None:
    north = make_district()
    owner, colleague = make_officer(north), make_officer(north)
    actor = actor_for(owner)
    follow_up = promise(actor, make_organisation(north), owner=owner)
    waiting = Reminder.objects.waiting().filter(subject_id=follow_up.pk)
    assert {reminder.recipient for reminder in waiting.all()} == {owner}
    edit_follow_up(actor=actor, follow_up_id=follow_up.pk, owner=colleague)
    assert {reminder.recipient for reminder in waiting.all()} == {colleague}
    complete_follow_up(actor=actor, follow_up_id=follow_up.pk)
    assert not waiting.exists()


@pytest.mark.parametrize("is_there_already", [False, True])
def test_a_promise_added_to_a_meeting_was_agreed_there(is_there_already: bool) -> None:
    north = make_district()
    actor, organisation = make_actor(north), make_organisation(north)
    meeting = make_meeting(north, organisation, outcomes=["information_shared"])
    if is_there_already:
        follow_up = promise(actor, organisation)
        edit_follow_up(actor=actor, follow_up_id=follow_up.pk, meeting=meeting)
    else:
        promise(actor, organisation, meeting=meeting)
    meeting.refresh_from_db()
    assert meeting.outcomes == ["information_shared", "action_agreed"]


def test_a_promise_of_a_meeting_that_was_not_held_was_not_agreed_there() -> None:
    north = make_district()
    actor, organisation = make_actor(north), make_organisation(north)
    starts_at = timezone.now() + timedelta(days=1)
    planned = make_meeting(north, organisation, status="planned", outcomes=[], starts_at=starts_at)
    follow_up = promise(actor, organisation)
    edit_follow_up(actor=actor, follow_up_id=follow_up.pk, meeting=planned)
    planned.refresh_from_db()
    assert (planned.outcomes, planned.version) == ([], 1)
