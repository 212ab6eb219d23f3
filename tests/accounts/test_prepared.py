"""A queryset that is built once serves each actor with the actor's own values."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import NOBODY, SYSTEM, Actor
from accounts.queries.prepared import Prepared
from lib.prepared import PlaceholderDay
from meetings.models import Concern, FollowUp, Meeting
from tests.factories import make_actor, make_district, make_organisation
from tests.meetings.test_timeline import make_concern, make_promise

pytestmark = pytest.mark.django_db

DUE = date(2026, 5, 4)


def test_it_is_built_once_and_each_actor_gets_the_rows_that_the_actor_sees() -> None:
    built = []

    def build(actor: Actor, own: bool) -> QuerySet[FollowUp]:
        built.append(own)
        rows = FollowUp.objects.visible_to(actor).overdue(PlaceholderDay("today"))
        return rows.of_owner(actor.id) if own else rows

    north, south = make_district(), make_district()
    one, other = make_actor(north), make_actor(south)
    here = make_promise(make_organisation(north), due_on=DUE)
    there = make_promise(make_organisation(south), due_on=DUE)
    rows: Any = Prepared(build)
    after = DUE + timedelta(days=1)
    assert rows.fetch(one, False, today=after) == [here]
    assert rows.fetch(other, False, today=after) == [there]
    assert rows.fetch(other, False, today=DUE) == []
    assert rows.fetch(one, True, today=after) == []
    assert built == [False, True]
    assert rows.fetch(NOBODY, False, today=after) == []
    assert set(rows.fetch(SYSTEM, False, today=after)) == {here, there}


def test_rows_are_read_with_what_they_join_and_what_is_computed() -> None:
    north, south = make_district(), make_district()
    place = make_organisation(south)
    concern = make_concern(place, district=north)
    rows: Any = Prepared(lambda actor: Concern.objects.visible_to(actor).with_site(actor))
    for actor, sees in ((make_actor(north), False), (make_actor(north, south), True)):
        [found] = rows.fetch(actor)
        assert (found, found.sees_site_organisation) == (concern, sees)
        assert "site_organisation" in found._state.fields_cache


def test_it_is_built_again_the_next_day_because_current_roles_depend_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = timezone.now()
    built = []

    def build(actor: Actor) -> QuerySet[FollowUp]:
        built.append(actor)
        return FollowUp.objects.visible_to(actor)

    rows: Any = Prepared(build)
    for days in (0, 0, 1):
        monkeypatch.setattr(timezone, "now", lambda days=days: now + timedelta(days=days))
        rows.fetch(SYSTEM)
    assert len(built) == 2


def test_a_moment_that_would_soon_be_past_is_refused() -> None:
    rows = Prepared(lambda actor: Meeting.objects.visible_to(actor).filter(starts_at__lt=timezone.now()))
    with pytest.raises(TypeError, match="Meeting: use PlaceholderMoment"):
        rows.fetch(SYSTEM)


def test_a_value_that_is_not_given_is_an_error() -> None:
    rows = Prepared(lambda actor: FollowUp.objects.visible_to(actor).overdue(PlaceholderDay("today")))
    with pytest.raises(KeyError):
        rows.fetch(SYSTEM)
