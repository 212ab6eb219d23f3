"""The filters of concerns, with names and meaning as in docs/openapi.yaml."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from lib.days import city_today, day_starts_at
from meetings.filters.concerns import ConcernFilters
from meetings.models import Concern
from meetings.services.concerns import log_concern
from tests.factories import make_district, renew_histories
from tests.filtering import filtered

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def log(place: str, *, hours_ago: float = 1, answered_after: float | None = None, **fields: Any) -> None:
    fields.setdefault("kinds", ["other"])
    received_at = timezone.now() - hours_ago * HOUR
    concern = log_concern(
        actor=SYSTEM,
        place=place,
        received_at=received_at,
        district=fields.pop("district", None) or make_district(),
        **fields,
    )
    if answered_after is not None:
        moment = received_at + answered_after * HOUR
        Concern.objects.filter(pk=concern.pk).update(status="answered", answered_at=moment)
        renew_histories(Concern)


def found(query: str) -> set[str]:
    found = filtered(ConcernFilters, query, Concern.objects.all(), SYSTEM)
    return set(found.values_list("place", flat=True))


def test_the_names_are_those_of_the_contract_and_a_search() -> None:
    assert " ".join(ConcernFilters.parameters()) == (
        "q kind bias_ground focus bias status organisation district received_after received_before "
        "closed_after closed_before as_of answered_in_72h reported_back reassured_in_24h reassurance "
        "case_reference updated_since source external_id"
    )


def test_words_kinds_grounds_and_status() -> None:
    log("Mosque", kinds=["graffiti_symbol", "threat"], bias_grounds=["anti_muslim"], facts="Black paint")
    log("Park", kinds=["rumour"], bias_grounds=["unknown"])
    assert found("q=mosque") == {"Mosque"}
    assert found("q=paint") == set()  # facts are not searched
    assert found("kind=threat,tension") == {"Mosque"}
    assert found("bias_ground=anti_muslim,anti_roma") == {"Mosque"}
    assert found("bias=true") == {"Mosque"}
    assert found("bias=false") == {"Park"}
    assert found("status=open") == {"Mosque", "Park"}


def test_what_an_incident_system_asks_for() -> None:
    ids: Any = [{"source": "cases", "external_id": "7"}]
    log("Mosque", case_reference="2026/17", external_ids=ids)
    log("Park", case_reference="2026/1")
    later = Concern.objects.get(place="Park").updated_at
    assert found("case_reference=2026/1") == {"Park"}
    assert found("source=cases&external_id=7") == found("external_id=7") == {"Mosque"}
    assert found("source=others") == set()
    assert found(f"updated_since={later.isoformat().replace('+', '%2B')}") == {"Park"}


def test_a_district_stands_for_all_that_lies_in_it() -> None:
    north = make_district()
    log("inside", district=make_district(parent=north))
    log("elsewhere")
    assert found(f"district={north.code}") == {"inside"}


def test_days_of_receipt_are_half_open() -> None:
    log("now", hours_ago=0)
    log("days ago", hours_ago=72)
    today = city_today()
    assert found(f"received_after={today}") == {"now"}
    assert found(f"received_before={today}") == {"days ago"}


def test_answered_within_three_days_and_neither_while_there_is_time() -> None:
    log("in time", hours_ago=100, answered_after=71)
    log("too late", hours_ago=100, answered_after=73)
    log("never", hours_ago=100)
    log("still time", hours_ago=70)
    assert found("answered_in_72h=true") == {"in time"}
    assert found("answered_in_72h=false") == {"too late", "never"}


def test_reassured_within_a_day_is_asked_of_bias_concerns() -> None:
    bias = {"bias_grounds": ["antisemitic"], "hours_ago": 48}
    log("in time", **bias, reassurance_offered_at=timezone.now() - 25 * HOUR)
    log("too late", **bias, reassurance_offered_at=timezone.now())
    log("never", **bias)
    log("still time", bias_grounds=["antisemitic"], hours_ago=2)
    log("no bias", hours_ago=48)
    assert found("reassured_in_24h=true") == {"in time"}
    assert found("reassured_in_24h=false") == {"too late", "never"}


def test_they_were_told() -> None:
    log("told", reported_back_on=city_today())
    log("not told")
    assert found("reported_back=true") == {"told"}
    assert found("reported_back=false") == {"not told"}


def test_communities_the_day_it_was_closed_and_what_was_said_to_reassurance() -> None:
    log("hall", affected_focuses=["roma", "youth"])
    log("park", affected_focuses=["women"])
    closed_on = city_today() - timedelta(days=3)
    Concern.objects.filter(place="hall").update(status="closed", closed_at=day_starts_at(closed_on))
    Concern.objects.filter(place="park").update(
        reassurance_offered_at=timezone.now(), reassurance_answer="declined"
    )
    assert found("focus=roma,jewish") == {"hall"}
    assert found(f"closed_after={closed_on}&closed_before={closed_on + timedelta(days=1)}") == {"hall"}
    assert found(f"closed_before={closed_on}") == set()
    assert found("reassurance=declined") == {"park"}
    assert found("reassurance=accepted") == set()
