"""Repeating follow-ups: one open ahead, no duplicates, none in the past."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from structlog.testing import capture_logs

from accounts.actors import actor_for
from accounts.models import Role, User
from lib.conflicts import StaleVersion
from lib.days import city_today
from meetings.models import FollowUp, Series
from meetings.services.follow_up_series import (
    edit_one_of_follow_up_series,
    end_follow_up_series,
    make_next_follow_ups,
    start_follow_up_series,
)
from meetings.services.follow_ups import complete_follow_up
from meetings.services.series import ALL, LATER, ONE
from tests.factories import make_actor, make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def start(**fields: Any) -> tuple[Any, FollowUp]:
    north = make_district()
    officer = make_officer(north)
    actor = actor_for(officer)
    usual: dict[str, Any] = {
        "title": "Call them",
        "kind": "call_back",
        "owner": officer,
        "due_on": city_today() + timedelta(days=2),
        "organisations": [make_organisation(north)],
        "pattern": "weekly",
    }
    return actor, start_follow_up_series(actor=actor, **(usual | fields))


def days() -> list[int]:
    return [(row.due_on - city_today()).days for row in FollowUp.objects.order_by("due_on")]


def test_the_next_is_made_when_one_is_done_and_not_before() -> None:
    actor, first = start()
    assert make_next_follow_ups(city_today()) == 0
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    assert make_next_follow_ups(city_today()) == 1
    assert make_next_follow_ups(city_today()) == 0
    assert days() == [2, 9]
    last = FollowUp.objects.latest("due_on")
    assert (last.title, last.first_due_on, last.organisations.count()) == ("Call them", last.due_on, 1)


def test_the_next_is_made_on_the_day_one_is_due_even_if_it_is_late() -> None:
    start()
    assert make_next_follow_ups(city_today() + timedelta(days=1)) == 0
    assert make_next_follow_ups(city_today() + timedelta(days=2)) == 1
    assert days() == [2, 9]


def test_days_that_passed_while_nothing_ran_are_not_made_up_for() -> None:
    start()
    assert make_next_follow_ups(city_today() + timedelta(days=40)) == 1
    assert days() == [2, 44]


def test_the_next_is_like_the_last_unless_only_that_one_was_changed() -> None:
    actor, first = start()
    edit_one_of_follow_up_series(actor=actor, follow_up_id=first.pk, scope=LATER, title="Write to them")
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    make_next_follow_ups(city_today())
    second = FollowUp.objects.latest("due_on")
    edit_one_of_follow_up_series(actor=actor, follow_up_id=second.pk, scope=ONE, title="This once")
    complete_follow_up(actor=actor, follow_up_id=second.pk)
    make_next_follow_ups(city_today())
    assert list(FollowUp.objects.order_by("due_on").values_list("title", flat=True)) == [
        "Write to them",
        "This once",
        "Write to them",
    ]


def two_open(**fields: Any) -> tuple[Any, FollowUp, FollowUp]:
    """Create a series with one follow-up due today and open, and the next one."""
    actor, first = start(due_on=city_today(), **fields)
    make_next_follow_ups(city_today())
    return actor, first, FollowUp.objects.latest("due_on")


def test_another_day_for_this_and_later_is_the_day_of_those_to_come() -> None:
    actor, first = start()
    wednesday = first.due_on + timedelta(days=2)
    edit_one_of_follow_up_series(actor=actor, follow_up_id=first.pk, scope=LATER, due_on=wednesday)
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    make_next_follow_ups(city_today())
    assert days() == [4, 11]


def test_another_day_for_one_leaves_those_to_come_on_theirs() -> None:
    actor, first = start()
    wednesday = first.due_on + timedelta(days=2)
    edit_one_of_follow_up_series(actor=actor, follow_up_id=first.pk, scope=ONE, due_on=wednesday)
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    make_next_follow_ups(city_today())
    assert days() == [4, 9]


@pytest.mark.parametrize(
    ("scope", "titles", "due"),
    [
        (ONE, ["Call them", "Write", "Call them"], [0, 8, 14]),
        (LATER, ["Call them", "Write", "Write"], [0, 8, 15]),
        (ALL, ["Write", "Write", "Write"], [1, 8, 15]),
    ],
)
def test_one_this_and_later_or_all_are_changed(scope: str, titles: list[str], due: list[int]) -> None:
    actor, _first, second = two_open()
    edit_one_of_follow_up_series(
        actor=actor,
        follow_up_id=second.pk,
        scope=scope,
        version=second.version,
        title="Write",
        due_on=second.due_on + timedelta(days=1),
    )
    complete_follow_up(actor=actor, follow_up_id=second.pk)
    make_next_follow_ups(city_today() + timedelta(days=1))
    assert days() == due
    assert list(FollowUp.objects.order_by("due_on").values_list("title", flat=True)) == titles
    assert {(row.due_on - row.first_due_on).days for row in FollowUp.objects.all()} <= {0, 1}


def test_how_far_one_is_and_what_came_of_it_is_of_that_one_alone() -> None:
    actor, first, second = two_open()
    edit_one_of_follow_up_series(
        actor=actor,
        follow_up_id=second.pk,
        scope=ALL,
        status="in_progress",
        result="Half of it",
        kind="other",
    )
    first.refresh_from_db()
    assert (first.status, first.result, first.kind) == ("open", "", "other")


def test_one_that_was_moved_by_itself_stays_where_it_is() -> None:
    actor, first, second = two_open()
    edit_one_of_follow_up_series(
        actor=actor, follow_up_id=first.pk, scope=ONE, due_on=first.due_on + timedelta(days=3)
    )
    edit_one_of_follow_up_series(
        actor=actor, follow_up_id=second.pk, scope=ALL, due_on=second.due_on + timedelta(days=1)
    )
    assert days() == [3, 8]


def test_what_is_done_already_is_not_what_the_next_are_like() -> None:
    actor, first, second = two_open()
    complete_follow_up(actor=actor, follow_up_id=second.pk)
    edit_one_of_follow_up_series(actor=actor, follow_up_id=first.pk, scope=LATER, title="Write")
    make_next_follow_ups(city_today())
    assert FollowUp.objects.latest("due_on").title == "Write"
    with pytest.raises(ValidationError, match="This follow-up is already closed"):
        edit_one_of_follow_up_series(actor=actor, follow_up_id=second.pk, scope=LATER, title="Ring")
    with pytest.raises(StaleVersion):
        edit_one_of_follow_up_series(
            actor=actor, follow_up_id=first.pk, scope=ALL, version=1, title="Ring", due_on=city_today()
        )


def test_it_ends_when_told_so_and_goes_on_when_that_is_taken_back() -> None:
    actor, first = start()
    end_follow_up_series(actor=actor, follow_up_id=first.pk)
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    assert make_next_follow_ups(city_today()) == 0
    end_follow_up_series(actor=actor, follow_up_id=first.pk, is_ended=False)
    assert make_next_follow_ups(city_today()) == 1


@pytest.mark.parametrize("scope", [LATER, ALL])
def test_no_day_is_one_that_nobody_means(scope: str) -> None:
    actor, first = start()
    with pytest.raises(ValidationError, match="year"):
        edit_one_of_follow_up_series(
            actor=actor, follow_up_id=first.pk, scope=scope, due_on=date(9999, 12, 31)
        )
    assert days() == [2]


def test_it_ends_with_its_last_day() -> None:
    actor, first = start(until=city_today() + timedelta(days=5))
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    assert make_next_follow_ups(city_today()) == 0
    assert Series.objects.get().is_ended


def test_somebody_who_left_is_promised_nothing_for() -> None:
    actor, first = start()
    complete_follow_up(actor=actor, follow_up_id=first.pk)
    User.objects.filter(pk=first.owner_id).update(is_active=False)
    assert make_next_follow_ups(city_today()) == 0


def test_one_that_cannot_go_on_holds_up_no_other() -> None:
    _actor, stopped = start(due_on=city_today())
    start(due_on=city_today())
    User.objects.filter(pk=stopped.owner_id).update(role=Role.ADMINISTRATOR)
    assert make_next_follow_ups(city_today()) == 1
    assert stopped.series and stopped.series.follow_ups.count() == 1
    User.objects.filter(pk=stopped.owner_id).update(role=Role.OFFICER)
    assert make_next_follow_ups(city_today()) == 1
    assert stopped.series.follow_ups.count() == 2


def test_a_series_waits_without_a_word_for_an_owner_who_writes_no_more() -> None:
    _actor, first = start(due_on=city_today())
    User.objects.filter(pk=first.owner_id).update(role=Role.ADMINISTRATOR)
    with capture_logs() as said:
        assert make_next_follow_ups(city_today()) == 0
    assert not said
    assert not Series.objects.get().is_ended


def test_a_series_that_cannot_go_on_holds_up_no_other_and_is_said_once() -> None:
    _actor, stopped = start(due_on=city_today())
    start(due_on=city_today())
    FollowUp.objects.filter(pk=stopped.pk).update(title="")
    with capture_logs() as said:
        assert make_next_follow_ups(city_today()) == 1
        assert make_next_follow_ups(city_today()) == 0
    [line] = said
    assert (line["event"], line["series"]) == ("series_stopped", str(stopped.series_id))


def test_only_who_sees_a_promise_ends_its_series() -> None:
    actor, first = start()
    with pytest.raises(FollowUp.DoesNotExist):
        end_follow_up_series(actor=make_actor(make_district()), follow_up_id=first.pk)
    end_follow_up_series(actor=actor, follow_up_id=first.pk)
