"""The filters of organisations, as used by pages and API."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from contacts.models import Organisation
from lib.days import city_today
from meetings.filters.organisations import OrganisationFilters
from tests.factories import make_district, make_meeting, make_officer, make_organisation
from tests.filtering import filtered

pytestmark = pytest.mark.django_db


def found(query: str) -> set[Any]:
    return set(filtered(OrganisationFilters, query, Organisation.objects.visible_to(SYSTEM), SYSTEM))


def day(days_ago: int) -> str:
    return (city_today() - timedelta(days=days_ago)).isoformat()


def test_the_parameters_are_those_of_the_contract() -> None:
    names = (
        "q kind focus district active_in status has_cadence overdue last_met_before met_from met_to "
        "not_met_from not_met_to updated_since source external_id number "
        "mine as_of counted verified has_lead_and_deputy within_cadence "  # what figures open (ADR 12)
        "not_met_yet"  # what Today and districts open
    )
    assert set(OrganisationFilters.parameters()) == set(names.split())


@pytest.mark.parametrize(
    "q",
    ["asociacion", "ÁLAVA", "alava asoc", "asosiacion alava", "Alav", "mayor 3", "avva"],
)
def test_words_are_found_whatever_their_accents_order_and_small_mistakes(q: str) -> None:
    wanted = make_organisation(name="Asociación Vecinal Álava", short_name="AVVA", address="Calle Mayor 3")
    make_organisation(name="Sports Club Zorro")
    assert found(f"q={q}") == {wanted}


@pytest.mark.parametrize("q", ["Младост", "младост сдружение", "МЛАДОСТ"])
def test_any_script_is_searched(q: str) -> None:
    wanted = make_organisation(name="Сдружение „Младост“")
    make_organisation(name="Асоциация „Старост“")
    assert found(f"q={q}") == {wanted}


@pytest.mark.parametrize("q", ["«»", "%25", "%E2%80%8B_"])
def test_nothing_to_look_for_finds_nothing(q: str) -> None:
    make_organisation()
    assert found(f"q={q}") == set()


def test_mine_are_those_led_or_deputised() -> None:
    north = make_district()
    officer = make_officer(north)
    mine = {make_organisation(north, lead_officer=officer), make_organisation(north, deputy_officer=officer)}
    others = {make_organisation(north), make_organisation(north, lead_officer=make_officer(north))}
    seen = Organisation.objects.visible_to(actor_for(officer))
    for query, wanted in (("mine=true", mine), ("mine=false", others), ("", mine | others)):
        assert set(filtered(OrganisationFilters, query, seen, actor_for(officer))) == wanted


def test_kind_focus_and_status_take_several_codes() -> None:
    row = {"focus": "roma", "declared_by": "the chair", "declared_on": city_today()}
    ngo, school = make_organisation(kind="ngo", focuses=[row]), make_organisation(kind="school")
    closed = make_organisation(kind="media", status="closed")
    assert found("kind=ngo,school") == {ngo, school}
    assert found("kind=ngo&kind=media") == {ngo, closed}
    assert found("focus=roma,women") == {ngo}
    assert found("status=closed") == {closed}


def test_a_district_is_home_with_all_that_lies_in_it() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district(parent=city)
    here, there = make_organisation(north), make_organisation(south, also_in=[north])
    assert found(f"district={city.code}") == {here, there}
    assert found(f"district={north.code}") == {here}
    assert found(f"active_in={north.code}") == {here, there}
    assert found("district=nowhere") == set()


def test_due_a_meeting_is_past_the_agreed_frequency_and_not_met_yet_is_the_rest_of_those_never_met() -> None:
    agreed, free = make_organisation(cadence_days=30), make_organisation()
    late, partner = make_organisation(cadence_days=30), make_organisation(kind="school", cadence_days=30)
    Organisation.objects.filter(pk__in=[late.pk, partner.pk]).update(meet_by=city_today() - timedelta(days=1))
    assert found("overdue=true") == {late}
    assert found("overdue=false") == {agreed, free, partner}
    met = make_organisation()
    Organisation.objects.filter(pk=met.pk).update(last_met_at=timezone.now())
    assert found("not_met_yet=true") == {agreed, free}
    assert found("not_met_yet=false") == {late, partner, met}
    Organisation.objects.filter(pk=met.pk).delete()
    assert found("has_cadence=true") == {agreed, late, partner}
    assert found("has_cadence=false") == {free}


def test_met_and_not_met_are_half_open_periods_of_substantive_meetings() -> None:
    met, seen_only, never = make_organisation(), make_organisation(), make_organisation()
    ten_days_ago = timezone.now() - timedelta(days=10)
    make_meeting(None, met, starts_at=ten_days_ago)
    make_meeting(None, seen_only, starts_at=ten_days_ago, outcomes=["no_change"])
    make_meeting(None, never, starts_at=ten_days_ago, present=False)
    assert found(f"met_from={day(10)}&met_to={day(9)}") == {met}
    assert found(f"met_from={day(12)}&met_to={day(10)}") == set()
    assert found(f"met_from={day(10)}") == {met}
    assert found(f"met_to={day(10)}") == set()
    assert found(f"not_met_from={day(10)}&not_met_to={day(9)}") == {seen_only, never}


def test_last_met_before_a_day() -> None:
    met, _never = make_organisation(), make_organisation()
    Organisation.objects.filter(pk=met.pk).update(last_met_at=timezone.now() - timedelta(days=5))
    assert found(f"last_met_before={day(4)}") == {met}
    assert found(f"last_met_before={day(5)}") == set()


def test_what_another_system_knows() -> None:
    wanted = make_organisation(external_ids=[{"source": "register", "external_id": "12"}])
    make_organisation()
    assert found("source=register") == {wanted}
    assert found("source=register&external_id=12") == {wanted}
    assert found("external_id=13") == set()


def test_a_source_and_an_id_are_of_the_same_name_that_another_system_gave() -> None:
    by_both = [{"source": "register", "external_id": "12"}, {"source": "portal", "external_id": "13"}]
    wanted = make_organisation(external_ids=by_both)
    assert found("source=register&external_id=12") == {wanted}
    assert found("source=register&external_id=13") == set()
    assert found("external_id=13") == {wanted}


@pytest.mark.parametrize(
    "query",
    ["kind=pigeon", "overdue=yes", "met_from=yesterday", "last_met_before=29.02.2027", "q=%00"],
)
def test_what_is_not_understood_is_said_and_finds_nothing(query: str) -> None:
    make_organisation()
    filters = OrganisationFilters(QueryDict(query), Organisation.objects.all(), actor=SYSTEM)
    assert not filters.is_valid()
    assert not filters.qs.exists()
