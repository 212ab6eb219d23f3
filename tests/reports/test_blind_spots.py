"""Communities known to live in a district that nobody represents, or that were not met."""

from datetime import date

import pytest

from districts.models import District, ExpectedCommunity
from reports.indicators import blind_spots
from reports.indicators.blind_spots import BlindSpotRow
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import By, Question, ask
from tests.factories import make_meeting
from tests.reports.city import QUARTER, at, follow, make_city
from tests.reports.portfolio import known, then

pytestmark = pytest.mark.django_db


def expect(district: District, focus: str) -> None:
    ExpectedCommunity.objects.create(district=district, focus=focus, evidence="the census")


def declared(focus: str) -> dict[str, object]:
    return {"focuses": [{"focus": focus, "declared_by": "chair", "declared_on": date(2024, 1, 1)}]}


def by_place(question: Question) -> dict[tuple[str, str], BlindSpotRow]:
    return {(row.district, row.group): row for row in blind_spots.REPORT.rows(question)}


def test_a_matrix_worked_out_by_hand() -> None:
    city, north, south, actor = make_city()
    for focus in ("roma", "muslim", "women"):
        expect(north, focus)
    closed = known(north, **declared("roma"))
    then(closed, at(date(2024, 8, 1)), status="closed")  # roma: no longer represented
    one, other = known(north, **declared("muslim")), known(north, **declared("muslim"))
    make_meeting(north, other, starts_at=at(date(2024, 6, 30)))  # muslim: not met in the quarter
    met, unmet = (known(north, kind="womens_organisation") for _number in range(2))
    make_meeting(north, met, starts_at=at(date(2024, 9, 21)))
    known(south, **declared("sikh"))  # not expected, so no blind spot
    question = ask(actor, [QUARTER], districts=[city.code, north.code, south.code])
    found = by_place(question)
    in_north = {
        "roma": (0, 0, None, True, "nobody", True),
        "muslim": (0, 2, 93, True, "not_met", True),
        "women": (1, 2, 10, True, "met", False),
    }
    in_south = {"sikh": (0, 1, None, False, "not_met", False)}
    assert {
        place: (row.n, row.of, row.days_since_met, row.is_expected, row.spot, row.is_blind)
        for place, row in found.items()
    } == {
        **{(north.code, focus): cell for focus, cell in in_north.items()},
        **{(south.code, focus): cell for focus, cell in in_south.items()},
        **{(city.code, focus): cell for focus, cell in (in_north | in_south).items()},
    }
    assert found[north.code, "roma"].ratio is None
    women, muslim, roma = (found[north.code, focus] for focus in ("women", "muslim", "roma"))
    assert follow(blind_spots.REPORT.drill(women, question), actor) == {met.pk}
    assert follow(blind_spots.REPORT.drill(women, question, "rest"), actor) == {unmet.pk}
    assert follow(blind_spots.REPORT.drill(muslim, question, "rest"), actor) == {one.pk, other.pk}
    assert follow(blind_spots.REPORT.drill(roma, question, "rest"), actor) == set()


def test_an_organisation_of_a_quarter_speaks_in_its_district_too() -> None:
    city, north, south, actor = make_city()
    expect(city, "roma")
    known(south, **declared("roma"))
    found = by_place(ask(actor, [QUARTER], districts=[city.code, north.code]))
    assert {place: row.of for place, row in found.items()} == {(city.code, "roma"): 1}


def test_a_community_is_expected_in_every_period_asked_for() -> None:
    _city, north, _south, actor = make_city()
    expect(north, "roma")
    periods = QUARTER.run_up(3)
    rows = blind_spots.REPORT.rows(ask(actor, periods, districts=[north.code], by=By.FOCUS))
    assert [(row.period, row.spot) for row in rows] == [(period, "nobody") for period in periods]


def test_they_have_no_slug_and_so_no_address_of_the_api_and_no_export() -> None:
    assert not {"", "blind-spots"} & REPORTS.keys()
    assert blind_spots.REPORT not in REPORTS.values()
