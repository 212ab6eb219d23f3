"""The short experiments of `dev.py faults`: nothing confirmed is lost, nothing is done twice."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from crm.embedded import __main__ as commands
from crm.embedded.postgres import APPLICATION, DATABASE, PUBLIC, PUBLISHER
from faults import erasing, requests, standing, work
from faults.__main__ import EXPERIMENTS
from faults.city import City
from faults.table import Outcome, as_json, print_table
from tests.audit.test_restore import _run as run
from tests.plugins import services
from tests.plugins.database import template_name


class QuickCity(City):
    """A city whose databases are copies of the one the tests have already migrated."""

    def prepare(self) -> None:
        self.environment["SECRET_KEY"] = settings.SECRET_KEY  # the copies know whoever signs with this one
        for role in (APPLICATION, PUBLISHER, PUBLIC):
            self.postgres.execute("CREATE ROLE {} LOGIN", role)
        dump = self.folder / "template.sql"
        with dump.open("wb") as file:
            run(services.postgres, "pg_dump", template_name(), stdout=file)
        with dump.open("rb") as file:
            run(self.postgres, "psql", "--quiet", "--set", "ON_ERROR_STOP=1", DATABASE, stdin=file)


@pytest.fixture(scope="module")
def city(django_db_setup: None) -> Iterator[City]:
    """A city with its own servers, because they are stopped abruptly."""
    with QuickCity(services.OWN_FOLDER / "faults") as city:
        yield city


@pytest.mark.thorough
@pytest.mark.long
def test_a_database_that_stops_at_once_keeps_every_write_that_was_promised(city: City) -> None:
    outcome = requests.postgres_stopped(city, stops=1, seconds=1)
    assert outcome.passed, outcome
    assert outcome.acknowledged


@pytest.mark.thorough
@pytest.mark.long
def test_a_web_server_asked_to_stop_answers_whoever_it_let_in(city: City) -> None:
    outcome = requests.web_stopped(city, stops=1, seconds=1)
    assert outcome.passed, outcome
    assert outcome.acknowledged


@pytest.mark.thorough
@pytest.mark.long
def test_an_import_that_was_killed_and_run_again_has_each_row_once(city: City) -> None:
    outcome = work.import_killed(city, count=1500, kills=1)
    assert outcome.passed, outcome


@pytest.mark.thorough
@pytest.mark.long
def test_an_erasure_that_was_killed_ends_as_if_it_had_run_once(city: City) -> None:
    outcome = erasing.erasure_killed(city, count=300, kills=3)
    assert outcome.passed, outcome
    assert outcome.acknowledged == 300


if standing.faketime():

    @pytest.mark.thorough
    @pytest.mark.long
    def test_work_goes_on_whatever_the_clock_of_beat_says(city: City) -> None:
        outcome = standing.beat_clock(city)
        assert outcome.passed, outcome


def test_every_experiment_is_a_row_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    lost = Outcome("reminders", "nothing much", acknowledged=3, lost=1, doubled=0, seconds=0.5)
    print_table([lost])
    assert "reminders" in capsys.readouterr().out
    (row,) = as_json([lost])["outcomes"]
    assert row["passed"] is False
    assert "faults" in commands.COMMANDS
    assert len(EXPERIMENTS) == 19
