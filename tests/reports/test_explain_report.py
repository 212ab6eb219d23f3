"""The SQL statement behind a figure can be printed and run elsewhere."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actors import SYSTEM
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import ask
from tests.reports.city import QUARTER, make_city

pytestmark = pytest.mark.django_db
OF_THE_QUARTER = ("--from", QUARTER.since.isoformat(), "--to", QUARTER.until.isoformat())


def explained(*arguments: str) -> str:
    out = StringIO()
    call_command("explain_report", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("slug", REPORTS)
def test_the_statement_that_is_printed_yields_the_figures_of_the_report(slug: str) -> None:
    _city, north, _south, _actor = make_city()
    statement = explained(slug, "--district", north.code, *OF_THE_QUARTER)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    assert len(found) == len(REPORTS[slug].rows(ask(SYSTEM, [QUARTER], districts=[north.code])))


def test_its_plan_follows_it_as_a_comment() -> None:
    make_city()
    text = explained("coverage", "--by", "focus", "--plan", *OF_THE_QUARTER)
    plan = [line for line in text.splitlines() if line.startswith("-- ")]
    assert any("actual time" in line for line in plan)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--district", "nowhere"), "access to the figures of this district"),
        (("--from", "2024-07-01"), "Give both --from and --to"),
        (("--from", "2024-07-01", "--to", "2024-07-01"), "ends after it starts"),
        (("--from", "2190-01-01", "--to", "2190-04-01"), "This period is in the future."),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments: tuple[str, ...], said: str) -> None:
    make_city()
    with pytest.raises(CommandError, match=said):
        explained("overdue", *arguments)
