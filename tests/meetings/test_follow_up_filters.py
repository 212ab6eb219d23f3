"""The filters of follow-ups, with names and meaning as in docs/openapi.yaml."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict

from accounts.actors import SYSTEM, Actor, actor_for
from contacts.models import Organisation
from lib.days import city_today, day_starts_at
from meetings.filters.follow_ups import FollowUpFilters
from meetings.models import FollowUp, FollowUpExternalId
from meetings.services.follow_ups import create_follow_up
from tests.factories import make_actor, make_district, make_officer, make_organisation, renew_histories
from tests.filtering import filtered

pytestmark = pytest.mark.django_db


def days(n: int) -> Any:
    return city_today() + timedelta(days=n)


def promise(
    title: str, *organisations: Organisation, due: int = 1, done: int | None = None, **fields: Any
) -> None:
    """Create a follow-up. `due` and `done` are days from today."""
    fields.setdefault("owner", make_officer())
    follow_up = create_follow_up(
        actor=SYSTEM, title=title, due_on=days(due), organisations=organisations, **fields
    )
    if done is not None:
        moment = day_starts_at(days(done)) + timedelta(hours=23, minutes=59)
        FollowUp.objects.filter(pk=follow_up.pk).update(status="done", completed_at=moment)


def found(query: str, actor: Actor = SYSTEM) -> set[str]:
    found = filtered(FollowUpFilters, query, FollowUp.objects.visible_to(actor), actor)
    return set(found.values_list("title", flat=True))


def test_the_names_are_those_of_the_contract() -> None:
    assert " ".join(FollowUpFilters.parameters()) == (
        "q status kind mine organisation district due_after due_before first_due_after first_due_before "
        "as_of overdue on_time updated_since source external_id"
    )


def test_found_by_words_with_small_mistakes() -> None:
    promise("Ligar à Associação")
    promise("Repair the bench")
    assert found("q=associacao") == {"Ligar à Associação"}
    assert found("q=associasao") == {"Ligar à Associação"}


def test_codes_days_and_late_ones() -> None:
    promise("late", due=-1, kind="visit")
    promise("today", due=0, kind="call_back")
    promise("later", due=5)
    assert found("kind=visit,call_back") == {"late", "today"}
    assert found("status=done") == set()
    assert found("overdue=true") == {"late"}
    assert found("overdue=false") == {"today", "later"}
    assert found(f"due_after={city_today()}&due_before={days(5)}") == {"today"}
    FollowUp.objects.filter(title="late").update(due_on=days(9))
    assert found(f"first_due_before={city_today()}") == {"late"}
    assert found(f"first_due_after={city_today()}") == {"today", "later"}


def test_on_time_is_by_the_day_first_promised_and_open_ones_are_neither_yet() -> None:
    promise("kept", due=-3, done=-3)
    promise("kept late", due=-3, done=-2)
    promise("never kept", due=-1)
    promise("still time", due=0)
    promise("dropped", due=-9, status="cancelled", cancel_reason="Moved")
    assert found("on_time=true") == {"kept"}
    assert found("on_time=false") == {"kept late", "never kept"}


def test_mine_is_what_i_do() -> None:
    north = make_district()
    officer = make_officer(north)
    organisation = make_organisation(north)
    promise("mine", organisation, owner=officer)
    promise("hers", organisation)
    assert found("mine=true", actor_for(officer)) == {"mine"}
    assert found("mine=false", actor_for(officer)) == {"hers"}


def test_a_district_stands_for_all_that_lies_in_it() -> None:
    north = make_district()
    organisation = make_organisation(make_district(parent=north))
    promise("inside", organisation)
    promise("elsewhere", make_organisation())
    assert found(f"district={north.code}") == {"inside"}
    assert found(f"organisation={organisation.pk}") == {"inside"}


def test_an_organisation_or_district_not_seen_tells_nothing() -> None:
    owner = make_officer(make_district())
    south = make_district()
    hidden = make_organisation(south)
    promise("mine, but theirs", hidden, owner=owner)
    assert found("", actor_for(owner)) == {"mine, but theirs"}
    assert found(f"organisation={hidden.pk}", actor_for(owner)) == set()
    assert found(f"district={south.code}", actor_for(owner)) == set()
    assert found(f"district={south.code}", make_actor(south)) == {"mine, but theirs"}


def test_known_to_another_system() -> None:
    promise("known")
    promise("unknown")
    FollowUpExternalId.objects.create(
        follow_up=FollowUp.objects.get(title="known"), source="ticket", external_id="7"
    )
    assert found("source=ticket") == {"known"}
    assert found("external_id=7") == {"known"}


@pytest.mark.parametrize("query", ["status=late", "mine=yes", "due_after=soon", "organisation=x"])
def test_what_is_not_understood_finds_nothing_and_says_so(query: str) -> None:
    promise("one")
    filters = FollowUpFilters(QueryDict(query), FollowUp.objects.all(), actor=SYSTEM)
    assert filters.form.errors
    assert not filters.qs.exists()


def test_as_of_a_day_it_is_as_it_was_when_that_day_began() -> None:
    """Follow-ups done since were open then, and organisations were in their earlier districts."""
    before, since = make_district(), make_district()
    moved = make_organisation(since)
    moved.periods.update(since=day_starts_at(days(-5)))
    moved.periods.create(
        since=day_starts_at(days(-90)),
        until=day_starts_at(days(-5)),
        status="active",
        home_district=before,
    )
    promise("done since", moved, due=-10, done=-3)
    promise("done before", moved, due=-10, done=-7)
    promise("late", moved, due=-10)
    promise("due that day", moved, due=-6)
    promise("written later", moved, due=-10)
    FollowUp.objects.update(created_at=day_starts_at(days(-30)))
    FollowUp.objects.filter(title="written later").update(created_at=day_starts_at(days(-2)))
    renew_histories(FollowUp)
    assert found(f"overdue=true&as_of={days(-6)}") == {"done since", "late"}
    assert found(f"overdue=true&as_of={days(0)}") == {"late", "due that day", "written later"}
    assert found(f"overdue=true&as_of={days(9)}") == found("overdue=true")
    assert "done before" in found(f"overdue=false&as_of={days(-6)}")
    assert len(found(f"district={before.code}&as_of={days(-5)}")) == 5
    assert found(f"district={before.code}&as_of={days(-4)}") == set() == found(f"district={before.code}")


def test_where_an_organisation_was_tells_nothing_to_who_does_not_see_it() -> None:
    north, south = make_district(), make_district()
    moved = make_organisation(south)
    moved.periods.update(home_district=north, until=day_starts_at(days(-1)), since=day_starts_at(days(-9)))
    promise("call", moved)
    FollowUp.objects.update(created_at=day_starts_at(days(-5)))
    renew_histories(FollowUp)
    assert found(f"district={north.code}&as_of={days(-2)}") == {"call"}
    assert found(f"district={north.code}&as_of={days(-2)}", make_actor(north)) == set()
