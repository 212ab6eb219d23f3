"""The bias table of the whole city: as the indicators count, and nothing small can be worked out from it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role
from districts.models import District
from lib.days import city_today
from meetings.models import Concern
from publishing.models import Release
from publishing.rules.cells import LEAST
from publishing.services.bias import BiasRow, bias_table
from publishing.services.grids import confirm_grid, propose_grid
from publishing.services.releases import make_release
from reports.indicators import reassurance
from reports.periods import Period, month_of, quarter_of, year_of
from reports.questions import ask
from tests.factories import make_district, make_officer, make_supervisor, make_user
from tests.reports.city import at, make_concern

pytestmark = pytest.mark.django_db


def last_year() -> Period:
    return year_of(city_today()).previous()


@pytest.fixture
def city() -> District:
    """Of two pairs there are many concerns, of one 3; one concern is of two kinds."""
    first = at(last_year().since + timedelta(days=40))
    city = make_district("City")
    north = make_district("North", parent=city)
    for count, ground, kinds in (
        (12, "anti_roma", ["threat"]),
        (20, "anti_muslim", ["graffiti_symbol"]),
        (3, "anti_muslim", ["threat"]),
        (1, "anti_roma", ["threat", "graffiti_symbol"]),
    ):
        for number in range(count):
            answered = {"status": "answered", "answered_at": first + timedelta(hours=9)}
            make_concern(north, first, kinds=kinds, bias_grounds=[ground], **(answered if number % 2 else {}))
    make_concern(north, first, bias_grounds=[])
    make_concern(north, at(last_year().until), bias_grounds=["anti_roma"])
    return city


def test_it_counts_as_the_indicators_do_and_hides_what_is_small(city: District) -> None:
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    table = bias_table(actor, last_year())
    [whole] = reassurance.REPORT.rows(ask(actor, [last_year()], districts=[city.code]))
    assert table.total.received == whole.of == 36
    rows = {(row.ground, row.kind): row for row in table.rows}
    assert rows, "what is not small is shown"
    assert ("anti_muslim", "threat") not in rows, "3 are few"
    assert ("anti_roma", "graffiti_symbol") not in rows, "so is 1"
    assert all(row.received >= LEAST for row in table.rows if row.received is not None)


def test_a_hidden_row_does_not_tell_that_there_was_a_concern(city: District) -> None:
    """The table is the same with three and without, as far as rows that are hidden are concerned."""
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    with_three = bias_table(actor, last_year())
    Concern.objects.filter(bias_grounds=["anti_muslim"], kinds=["threat"]).delete()
    without = bias_table(actor, last_year())
    assert [(row.ground, row.kind) for row in with_three.rows] == [
        (row.ground, row.kind) for row in without.rows
    ]


def test_a_year_of_few_concerns_is_not_told_apart_from_a_year_of_none(city: District) -> None:
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    none = bias_table(actor, last_year().back(3))
    make_concern(District.objects.get(parent=city), at(last_year().back(3).since), bias_grounds=["anti_roma"])
    assert bias_table(actor, last_year().back(3)) == none
    assert none.total == BiasRow("", "", None, None, None) and not none.rows


def test_a_hidden_quarter_is_not_what_the_year_leaves_of_the_others(city: District) -> None:
    """Three quarters were released with their bias concerns, of the fourth they are hidden."""
    year = last_year()
    quarters = [quarter_of(year.last_day).back(number) for number in (3, 2, 1, 0)]
    for quarter, count in zip(quarters[1:], (12, 12, 3), strict=True):
        for _number in range(count):
            make_concern(District.objects.get(parent=city), at(quarter.since), bias_grounds=["anti_roma"])
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    assert bias_table(actor, year).total.received == 36 + 27, "nothing of its quarters is known"
    privacy, supervisor = actor, actor_for(make_supervisor(city))
    grid = propose_grid(
        actor=supervisor, since=quarters[0].since, level=1, splits={"reassurance": "district"}
    )
    confirm_grid(actor=privacy, grid_id=grid.pk)
    with pytest.raises(ValueError, match="can still be released"):
        bias_table(actor, year)
    for quarter in quarters:
        make_release(actor=supervisor, quarter=quarter)
    table = bias_table(actor, year)
    last = Release.objects.order_by("number").last()
    assert last is not None
    [now] = [one for one in last.document["tables"] if one["quarter"] == f"{year.since.year}-Q4"] or [None]
    assert now is None or now["total"]["of"] is None, "3 are hidden"
    assert table.total.received is None, "the year less three quarters is 3"


def test_what_is_hidden_is_not_what_the_rows_leave_of_the_total(city: District) -> None:
    north = District.objects.get(parent=city)
    for ground, count in (("anti_roma", 12), ("anti_lgbti", 3)):
        for _number in range(count):
            make_concern(north, at(last_year().previous().since), bias_grounds=[ground])
    table = bias_table(actor_for(make_user(Role.PRIVACY_OFFICER)), last_year().previous())
    received = {row.ground: row.received for row in table.rows}
    assert "anti_lgbti" not in received
    assert None in (received.get("anti_roma"), table.total.received), "15 less 12 is 3"


def test_it_is_of_the_whole_city_and_a_year_that_is_over(city: District, client: Client) -> None:
    supervisor, privacy = make_supervisor(city), make_user(Role.PRIVACY_OFFICER)
    north = District.objects.get(parent=city)
    assert bias_table(actor_for(supervisor), last_year())
    for user in (make_supervisor(north), make_user(Role.ADMINISTRATOR)):
        with pytest.raises(PermissionDenied):
            bias_table(actor_for(user), last_year())
    for period in (year_of(city_today()), month_of(last_year().since)):
        with pytest.raises(ValueError, match="whole year"):
            bias_table(actor_for(privacy), period)
    client.force_login(privacy)
    html = client.get("/reports/bias/").content.decode()
    assert "Anti-Muslim" in html
    assert "hidden" in html
    assert client.get(f"/reports/bias/?year={city_today().year}").status_code == 404
    client.force_login(make_officer(north))
    assert client.get("/reports/bias/").status_code == 403
