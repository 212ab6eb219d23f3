"""The bias table of the whole city: as the indicators count, and nothing small can be worked out from it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role
from districts.models import District
from lib.days import city_today
from publishing.rules.suppression import LEAST
from publishing.services.bias import BiasRow, bias_table
from reports.indicators import reassurance
from reports.periods import Period, month_of, year_of
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
    assert rows["anti_muslim", "threat"] == BiasRow("anti_muslim", "threat", None, None, None), "3 are few"
    assert rows["anti_roma", "graffiti_symbol"].received is None, "so is 1"
    shown = [row for row in table.rows if row.received is not None]
    assert shown, "what is not small is shown"
    assert all(row.received >= LEAST for row in shown if row.received is not None)


def test_what_is_hidden_is_not_what_the_rows_leave_of_the_total(city: District) -> None:
    north = District.objects.get(parent=city)
    for ground, count in (("anti_roma", 12), ("anti_lgbti", 3)):
        for _number in range(count):
            make_concern(north, at(last_year().previous().since), bias_grounds=[ground])
    table = bias_table(actor_for(make_user(Role.PRIVACY_OFFICER)), last_year().previous())
    received = {row.ground: row.received for row in table.rows}
    assert received["anti_lgbti"] is None
    assert None in (received["anti_roma"], table.total.received), "15 less 12 is 3"


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
    assert "Anti-Roma" in html
    assert "hidden" in html
    assert client.get(f"/reports/bias/?year={city_today().year}").status_code == 404
    client.force_login(make_officer(north))
    assert client.get("/reports/bias/").status_code == 403
