"""What a city publishes is decided by two people, proven safe, numbered, and stays as it is."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.actors import Actor, actor_for
from audit.models import Event
from contacts.codes import Kind
from districts.models import District
from lib.days import city_today
from publishing.models import Release, ReleaseGrid
from publishing.queries.files import write_release
from publishing.queries.quarter_tables import count_quarter
from publishing.rules.cells import Pair
from publishing.services.grids import confirm_grid, propose_grid, withdraw_grid
from publishing.services.releases import next_quarters, prepare_release
from reports.queries.periods import Period, quarter_of
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.factories import (
    PASSWORD,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.publishing.city import FIRST, SECOND, SPLITS, THIRD, City, figures, tables
from tests.reports.city import old

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return City()


# --- The grid ---------------------------------------------------------------------------------------------


def test_two_people_of_the_whole_city_decide_what_is_published() -> None:
    city = City(is_empty=True)

    def propose(actor: Actor) -> ReleaseGrid:
        return propose_grid(actor=actor, since=date(2024, 8, 20), level=2, splits=SPLITS)

    for user in (make_supervisor(city.north), make_officer(city.whole), city.privacy):
        with pytest.raises(PermissionDenied):
            propose(actor_for(user))
    replaced = propose(city.actor)
    grid = propose(city.actor)
    assert not ReleaseGrid.objects.filter(pk=replaced.pk).exists()
    assert grid.since == FIRST.since
    for user in (city.supervisor, make_supervisor(city.north), make_officer(city.whole)):
        with pytest.raises(PermissionDenied):
            confirm_grid(actor=actor_for(user), grid_id=grid.pk)
    assert next_quarters() == [], "nothing is published before another person has confirmed"
    confirm_grid(actor=city.other, grid_id=grid.pk)
    assert next_quarters()[-1] == FIRST
    assert Event.objects.filter(object_type="release_grid").count() == 4
    with pytest.raises(ValidationError, match="confirmed release grid stays"):
        withdraw_grid(actor=city.actor, grid_id=grid.pk)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        ReleaseGrid.objects.filter(pk=grid.pk).update(level=1)


def test_only_what_can_be_published_is_on_a_grid() -> None:
    city = City(is_empty=True)
    given: dict[str, Any] = {"since": FIRST.since, "level": 2, "splits": SPLITS}
    refused: list[tuple[dict[str, Any], str]] = [
        ({"level": 3}, "level"),
        ({"splits": {}}, "at least one"),
        ({"splits": {"recency": "district"}}, "from the list"),
        ({"splits": {"coverage": "part"}}, "from the list"),
    ]
    for wrong, said in refused:
        with pytest.raises(ValidationError, match=said):
            propose_grid(actor=city.actor, **(given | wrong))
    assert propose_grid(actor=city.actor, **given).splits == SPLITS


def test_the_grid_of_a_released_quarter_stays(city: City) -> None:
    city.fix_grid()
    waiting = propose_grid(actor=city.actor, since=FIRST.since, level=2, splits={"coverage": "focus"})
    city.release()
    with pytest.raises(ValidationError, match="has been released"):
        confirm_grid(actor=city.other, grid_id=waiting.pk)
    with pytest.raises(ValidationError, match="has been released"):
        propose_grid(actor=city.actor, since=FIRST.since, level=2, splits=SPLITS)
    with pytest.raises(ValidationError, match="stays as it was released"):
        propose_grid(actor=city.actor, since=SECOND.since, level=1, splits=SPLITS)
    later = propose_grid(actor=city.actor, since=SECOND.since, level=2, splits={"coverage": "focus"})
    confirm_grid(actor=city.other, grid_id=later.pk)
    second = tables(city.release(SECOND))
    assert second["2024-Q3", "coverage"]["split"] == "kind"
    assert second["2024-Q4", "coverage"]["split"] == "focus"
    assert ("2024-Q4", "data-health") not in second


# --- A release --------------------------------------------------------------------------------------------


def test_a_release_has_the_fixed_rows_and_hides_what_is_small(city: City) -> None:
    city.fix_grid()
    release = city.release()
    coverage = tables(release)["2024-Q3", "coverage"]
    rows = figures(coverage)
    assert set(rows) < set(Kind.values)
    assert "school" not in rows, "partners are counted nowhere"
    assert rows["womens_organisation"] == (0, 0)
    assert rows["minority_association"] == (None, None)
    assert [group for group, (n, _of) in rows.items() if n is not None and group != "ngo"], (
        "not all is hidden"
    )
    assert "3" not in json.dumps([row for row in coverage["rows"] if row["group"] == "minority_association"])
    assert release.number == 1
    assert release.document["release"] == 1
    assert {row["id"] for row in release.document["districts"]} == {str(city.north.pk), str(city.south.pk)}
    definitions = {one["indicator"]: one for one in release.document["definitions"]}
    assert set(definitions) == {one["indicator"] for one in release.document["tables"]}
    text = write_release(release, "md").decode()
    assert all(one["counted"] in text and one["does_not_show"] in text for one in definitions.values())
    assert "http" not in text, "readers have no account here"


def test_a_release_stays_as_it_is(city: City) -> None:
    city.fix_grid()
    release = city.release()
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(number=7)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        release.delete()
    with pytest.raises(ValidationError, match="from the list"):
        city.release()
    city.meet(city.organisations[12], date(2024, 8, 2))
    assert Release.objects.get(pk=release.pk).document == release.document


EXAMPLES = (
    ([(6, 12), (3, 13), (3, 5)], [(6, 18), (8, 18), (3, 5)]),
    ([(11, 12), (13, 22), (0, 5), (13, 26)], [(11, 17), (13, 22), (6, 11), (13, 26)]),
)


@pytest.mark.parametrize(("then", "now"), EXAMPLES)
def test_what_later_releases_say_of_a_quarter_does_not_depend_on_what_it_hides(
    then: list[Pair], now: list[Pair]
) -> None:
    """Each number changed by nothing or by 5 and more: whoever knew that worked the hidden ones out."""
    city = City(is_empty=True)
    city.fix_grid({"coverage": "kind"})
    kinds = [Kind.NGO, Kind.YOUTH_ORGANISATION, Kind.MINORITY_ASSOCIATION, Kind.WOMENS_ORGANISATION]
    cells = list(zip(kinds, then, now, strict=False))
    met: dict[str, list[Any]] = {}
    for kind, (n, of), _now in cells:
        met[kind] = [old(make_organisation(city.north, kind=kind)) for _number in range(of)]
        for organisation in met[kind][:n]:
            city.meet(organisation, date(2024, 8, 1))
    first = tables(city.release())["2024-Q3", "coverage"]
    assert None in [figures(first)[kind][0] for kind, _then, _now in cells], "something is hidden"
    for kind, (n, of), (n_now, of_now) in cells:
        met[kind] += [old(make_organisation(city.north, kind=kind)) for _number in range(of_now - of)]
        for organisation in met[kind][n:n_now]:
            city.meet(organisation, date(2024, 8, 2))
    [counted] = count_quarter(ReleaseGrid.objects.get(), FIRST, 2)
    assert [counted.rows[kind] for kind in kinds[: len(now)]] == now
    assert tables(city.release(SECOND))["2024-Q3", "coverage"] == first


def test_a_release_reads_kept_figures_and_names_their_newest_vintage(city: City) -> None:
    city.fix_grid({"coverage": "kind", "data-health": "district", "level": "kind", "cadence": "focus"})
    grid = ReleaseGrid.objects.get()
    counted = count_quarter(grid, FIRST, 1)
    keep_period(FIRST, final_on(FIRST))
    kept = count_quarter(grid, FIRST, 1)
    assert [replace(table, vintage=0) for table in kept] == counted
    assert {table.vintage for table in kept} == {1}
    city.meet(city.organisations[11], date(2024, 8, 2))
    assert count_quarter(grid, FIRST, 1) == kept, "what was entered late waits for a night"
    recount_period(FIRST)
    vintages = {table.slug: table.vintage for table in count_quarter(grid, FIRST, 1)}
    assert (vintages["coverage"], vintages["data-health"]) == (2, 1)
    release = city.release()
    assert tables(release)["2024-Q3", "coverage"]["vintage"] == 2
    lines = csv.DictReader(write_release(release, "csv").decode("utf-8-sig").splitlines())
    assert {line["vintage"] for line in lines if line["indicator"] == "coverage"} == {"2"}


def test_earlier_quarters_of_the_year_stay_as_first_published(city: City) -> None:
    city.fix_grid({"coverage": "district"})
    before = tables(city.release())["2024-Q3", "coverage"]
    for number in range(12, 20):
        city.meet(city.organisations[number], date(2024, 8, 2))  # entered late
    second = city.release(SECOND)
    assert tables(second)["2024-Q3", "coverage"] == before
    lines = list(csv.DictReader(write_release(second, "csv").decode("utf-8-sig").splitlines()))
    assert {line["quarter"] for line in lines} == {"2024-Q3", "2024-Q4"}
    city.release(THIRD)
    a_year_on = city.release(FIRST.back(-5))
    quarters = sorted({table["quarter"] for table in a_year_on.document["tables"]})
    assert quarters == ["2024-Q4", "2025-Q1", "2025-Q4"], "as many as a year has"


def test_only_supervisors_of_the_whole_city_release_a_quarter_that_is_final(city: City) -> None:
    city.fix_grid()
    for user in (make_supervisor(city.north), make_officer(city.whole), city.privacy):
        with pytest.raises(PermissionDenied):
            prepare_release(actor=actor_for(user), quarter=FIRST)
    for quarter in (FIRST.previous(), quarter_of(city_today()), Period(date(2024, 7, 1), date(2024, 7, 3))):
        with pytest.raises(ValidationError, match="from the list"):
            prepare_release(actor=city.actor, quarter=quarter)
    assert prepare_release(actor=city.actor, quarter=FIRST).number == 1


def test_another_code_is_not_another_ground(city: City) -> None:
    """A district with another id and code, but the same boundary, is known to whoever reads the map."""
    square = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [0, 1], [1, 1], [0, 0]]]]}
    District.objects.filter(pk=city.north.pk).update(boundary=square)
    city.fix_grid({"coverage": "district"})
    for organisation in city.organisations[8::2]:
        organisation.periods.update(home_district=city.south)
    first = figures(tables(city.release())["2024-Q3", "coverage"])
    assert first[str(city.north.pk)] == (None, None)
    twin = make_district("Elsewhere", parent=city.whole, boundary=square)
    District.objects.filter(pk=city.north.pk).update(is_active=False)
    for organisation in city.organisations[:8:2]:
        organisation.periods.update(home_district=twin)
    new = make_organisation(city.south)
    old(new)
    city.actor = actor_for(city.supervisor)
    second = figures(tables(city.release(SECOND))["2024-Q4", "coverage"])
    assert second[str(twin.pk)] == (None, None)


# --- Pages and files --------------------------------------------------------------------------------------


def signed_in(user: Any) -> Client:
    """A browser in which this person has just confirmed the password."""
    client = Client()
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_from_a_proposal_to_the_files_on_the_pages(city: City) -> None:
    page, officer = signed_in(city.supervisor), signed_in(make_officer(city.north))
    given = {"since": quarter_of(city_today()).back(3).since, "level": "2", "split_coverage": "kind"}
    assert page.post("/publishing/grid/", given | {"level": "9"}).status_code == 422
    assert page.post("/publishing/grid/", given).status_code == 302
    grid = ReleaseGrid.objects.get()
    stale = Client()
    stale.force_login(city.privacy)
    asked = stale.post(f"/publishing/grid/{grid.pk}/confirm/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not ReleaseGrid.objects.confirmed().exists()
    for client, answer in ((page, 403), (officer, 403), (signed_in(city.privacy), 302)):
        assert client.post(f"/publishing/grid/{grid.pk}/confirm/").status_code == answer
    quarter = next_quarters()[-1]
    query = {"quarter": quarter.since.isoformat()}
    assert "Out of" not in page.get("/publishing/new/").content.decode()
    assert "Publish release" in page.get("/publishing/new/", query).content.decode()
    assert officer.get("/publishing/new/", query).status_code == 403
    assert not Release.objects.exists(), "a preview publishes nothing"
    assert page.post("/publishing/new/", query).status_code == 302
    for client in (page, officer):
        assert "Release 1" in client.get("/publishing/").content.decode()
        assert "Hidden" in client.get("/publishing/1/").content.decode()
        again = [client.get("/publishing/1/figures.csv").content for _time in range(2)]
        assert again[0] == again[1]
        [total] = [
            row for row in csv.DictReader(io.StringIO(again[0].decode("utf-8-sig"))) if not row["group"]
        ]
        assert total["indicator"] == "coverage"
        document = json.loads(client.get("/publishing/1/figures.json").content)
        assert document == Release.objects.get().document
        assert client.get("/publishing/1/figures.xlsx").status_code == 404
        assert client.get("/publishing/2/").status_code == 404
