"""The bias table of the whole city: as the indicators count, and nothing small can be worked out from it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.actors import Actor, actor_for
from accounts.models import Role
from districts.models import District
from lib.days import city_today
from meetings.models import Concern
from publishing.models import BiasTable, Release
from publishing.rules.cells import LEAST
from publishing.services.bias_tables import BiasRow, can_be_made, make_bias_table, rows_of
from publishing.services.grids import confirm_grid, propose_grid
from publishing.services.releases import make_release
from reports.indicators import reassurance
from reports.queries.periods import Period, month_of, quarter_of, year_of
from reports.queries.questions import ask
from reports.queries.statuses import Status, status_of
from tests.factories import make_district, make_officer, make_supervisor, make_user
from tests.reports.city import at, make_concern

pytestmark = pytest.mark.django_db


def last_year() -> Period:
    """The last year whose figures are final."""
    year = year_of(city_today()).previous()
    return year if status_of(year, city_today()) == Status.FINAL else year.previous()


def as_made_now(actor: Actor, year: Period) -> tuple[list[BiasRow], BiasRow]:
    """The rows and the total of a table that is made and taken back."""
    with transaction.atomic():
        made = rows_of(make_bias_table(actor=actor, year=year))
        transaction.set_rollback(True)
    return made


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
    listed, total = as_made_now(actor, last_year())
    [whole] = reassurance.REPORT.rows(ask(actor, [last_year()], districts=[city.code]))
    assert total.received == whole.of == 36
    rows = {(row.ground, row.kind): row for row in listed}
    assert rows, "what is not small is shown"
    assert ("anti_muslim", "threat") not in rows, "3 are few"
    assert ("anti_roma", "graffiti_symbol") not in rows, "so is 1"
    assert all(row.received >= LEAST for row in listed if row.received is not None)


def test_a_hidden_row_does_not_tell_that_there_was_a_concern(city: District) -> None:
    """The table is the same with three and without, as far as rows that are hidden are concerned."""
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    with_three, _total = as_made_now(actor, last_year())
    Concern.objects.filter(bias_grounds=["anti_muslim"], kinds=["threat"]).delete()
    without, _total = as_made_now(actor, last_year())
    assert [(row.ground, row.kind) for row in with_three] == [(row.ground, row.kind) for row in without]


def test_a_year_of_few_concerns_is_not_told_apart_from_a_year_of_none(city: District) -> None:
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    none = as_made_now(actor, last_year().back(3))
    make_concern(District.objects.get(parent=city), at(last_year().back(3).since), bias_grounds=["anti_roma"])
    assert as_made_now(actor, last_year().back(3)) == none == ([], BiasRow("", "", None, None, None))


def test_a_hidden_quarter_is_not_what_the_year_leaves_of_the_others(city: District) -> None:
    """Three quarters were released with their bias concerns, of the fourth they are hidden."""
    year = last_year()
    quarters = [quarter_of(year.last_day).back(number) for number in (3, 2, 1, 0)]
    for quarter, count in zip(quarters[1:], (12, 12, 3), strict=True):
        for _number in range(count):
            make_concern(District.objects.get(parent=city), at(quarter.since), bias_grounds=["anti_roma"])
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    assert as_made_now(actor, year)[1].received == 36 + 27, "nothing of its quarters is known"
    privacy, supervisor = actor, actor_for(make_supervisor(city))
    grid = propose_grid(
        actor=supervisor, since=quarters[0].since, level=1, splits={"reassurance": "district"}
    )
    confirm_grid(actor=privacy, grid_id=grid.pk)
    with pytest.raises(ValidationError, match="cannot be made yet"):
        as_made_now(actor, year)
    for quarter in quarters:
        make_release(actor=supervisor, quarter=quarter)
    _rows, total = as_made_now(actor, year)
    last = Release.objects.order_by("number").last()
    assert last is not None
    [now] = [one for one in last.document["tables"] if one["quarter"] == f"{year.since.year}-Q4"] or [None]
    assert now is None or now["total"]["of"] is None, "3 are hidden"
    assert total.received is None, "the year less three quarters is 3"


def test_what_is_hidden_is_not_what_the_rows_leave_of_the_total(city: District) -> None:
    north = District.objects.get(parent=city)
    for ground, count in (("anti_roma", 12), ("anti_lgbti", 3)):
        for _number in range(count):
            make_concern(north, at(last_year().previous().since), bias_grounds=[ground])
    rows, total = as_made_now(actor_for(make_user(Role.PRIVACY_OFFICER)), last_year().previous())
    received = {row.ground: row.received for row in rows}
    assert "anti_lgbti" not in received
    assert None in (received.get("anti_roma"), total.received), "15 less 12 is 3"


def test_a_table_is_made_once_and_a_late_concern_changes_nothing(city: District) -> None:
    actor, north = actor_for(make_user(Role.PRIVACY_OFFICER)), District.objects.get(parent=city)
    table = make_bias_table(actor=actor, year=last_year())
    before = rows_of(table)
    for _number in range(2 * LEAST):
        make_concern(north, at(last_year().since), kinds=["threat"], bias_grounds=["anti_roma"])
    assert rows_of(BiasTable.objects.get()) == before
    with pytest.raises(ValidationError, match="stays as it is"):
        make_bias_table(actor=actor, year=last_year())
    for change in (lambda: BiasTable.objects.update(document={}), lambda: BiasTable.objects.all().delete()):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            change()
    assert as_made_now(actor, last_year().previous()), "another year has its own"


def test_a_made_table_has_no_hidden_number(city: District) -> None:
    table = make_bias_table(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), year=last_year())
    numbers = {value for row in table.document["rows"] for value in row.values() if isinstance(value, int)}
    assert numbers and not numbers & set(range(1, LEAST))
    assert "threat" not in {row["kind"] for row in table.document["rows"] if row["ground"] == "anti_muslim"}


def test_quarters_of_a_year_with_a_table_are_not_released_afterwards(city: District) -> None:
    """Their release would not know the table, nor the table their release."""
    supervisor, year = actor_for(make_supervisor(city)), last_year()
    make_bias_table(actor=supervisor, year=year)
    for since in (year.since, quarter_of(year.last_day).since, year.previous().since):
        with pytest.raises(ValidationError, match="bias table of this year or a later one"):
            propose_grid(actor=supervisor, since=since, level=1, splits={"reassurance": "district"})
    assert propose_grid(actor=supervisor, since=year.until, level=1, splits={"reassurance": "district"})


def test_it_is_of_the_whole_city_and_a_year_that_is_final(city: District, client: Client) -> None:
    supervisor, privacy = make_supervisor(city), make_user(Role.PRIVACY_OFFICER)
    north, year = District.objects.get(parent=city), last_year()
    assert as_made_now(actor_for(supervisor), year)
    for user in (make_supervisor(north), make_user(Role.ADMINISTRATOR)):
        with pytest.raises(PermissionDenied):
            make_bias_table(actor=actor_for(user), year=year)
    for period in (year_of(city_today()), month_of(year.since)):
        with pytest.raises(ValidationError, match="cannot be made yet"):
            make_bias_table(actor=actor_for(privacy), year=period)
    assert not can_be_made(year_of(city_today()))
    address, make = f"/reports/bias/?year={year.since.year}", "/reports/bias/make/"
    sent = {"year": year.since.year}
    client.force_login(make_officer(north))
    assert (client.get(address).status_code, client.post(make, sent).status_code) == (403, 403)
    client.force_login(privacy)
    assert "Make the bias table" in client.get(address).content.decode()
    assert client.post(make, sent, follow=True).status_code == 200
    html = client.get(address).content.decode()
    assert "Anti-Muslim" in html
    assert "hidden" in html
    assert "Make the bias table" not in html
    assert "stays as it is" in client.post(make, sent, follow=True).content.decode()
    assert client.get(f"/reports/bias/?year={city_today().year}").status_code == 404
    assert client.post(make, {"year": city_today().year}).status_code == 404
