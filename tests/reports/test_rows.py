"""The file of a figure's rows: whoever has it recomputes the figure, and learns nothing else."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

import pytest
from dateutil.relativedelta import relativedelta

from accounts.actors import actor_for
from audit.models import Action, Event
from contacts.models import Organisation
from districts.models import District
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from reports.exports.rows import CountedFigure, file_of
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import ask
from tests.exchange.test_export_lists import WHY, sure
from tests.factories import make_district, make_officer, make_supervisor
from tests.reports.city import QUARTER
from tests.reports.portfolio import mixed, then

pytestmark = pytest.mark.django_db

Line = Mapping[str, str]
NAME: Final = "Kanarienvogel"


@pytest.fixture
def north() -> District:
    return mixed(NAME)


def days(since: str, until: str) -> int:
    return (date.fromisoformat(until) - date.fromisoformat(since)).days


def hours(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds() / 3600


def year_before(day: str) -> str:
    return str(date.fromisoformat(day) - relativedelta(years=1))


# A spreadsheet's formula, for a row and the lines above the rows.
FORMULAS: Final[Mapping[str, Callable[[Line, Line], float]]] = {
    "coverage": lambda row, of: row["last_met_on"] >= of["from"],
    "recency": lambda row, of: row["last_met_on"] != "",
    "cadence": lambda row, of: (
        row["last_met_on"] != ""
        and days(row["last_met_on"], of["counted_to"]) <= int(row["agreed_every_days"])
    ),
    "contact-wanted": lambda row, of: min(
        int(row["times_met"]), days(of["from"], of["counted_to"]) / int(row["agreed_every_days"])
    ),
    "follow-ups": lambda row, of: "" < row["completed_on"] <= row["first_due_on"],
    "overdue": lambda row, of: row["due_on"] < of["counted_to"],
    "entries": lambda row, of: row["approved_on"] != "",
    "concerns": lambda row, of: (
        row["answered_at_utc"] != "" and hours(row["received_at_utc"], row["answered_at_utc"]) <= 72
    ),
    "loop-closed": lambda row, of: row["reported_back_on"] != "",
    "reassurance": lambda row, of: hours(row["received_at_utc"], row["offered_at_utc"]) <= 24,
    "reassured-in-time": lambda row, of: "" < row["answered_at_utc"] <= row["due_at_utc"],
    "first-contact": lambda row, of: row["reached_at_utc"] != "",
    "steps-in-time": lambda row, of: row["status"] == "done" and row["done_at_utc"] <= row["due_at_utc"],
    "debriefed": lambda row, of: row["debrief"] == "signed",
    "activity": lambda row, of: row["became"] == "held",
    "level": lambda row, of: row["level"] != "",
    "reciprocity": lambda row, of: row["initiated_by"] == "community",
    "takeaways-tried": lambda row, of: (
        row["tried_on"] != "" and days(row["taken_on"], row["tried_on"]) <= 180
    ),
    "continuity": lambda row, of: row["officers_with_account"] == "2",
    "data-health": lambda row, of: row["checked_on"] >= year_before(of["counted_to"]),
}


def read(content: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The lines above the empty one by name, and the rows below it, of which the digest is checked."""
    above, _empty, table = content.partition(b"\r\n\r\n")
    of = dict(csv.reader(io.StringIO(above.decode("utf-8-sig"), newline="")))
    assert of["sha256"] == hashlib.sha256(table).hexdigest()
    return of, list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def test_every_figure_is_recomputed_from_its_file_alone(north: District) -> None:
    actor = actor_for(make_supervisor(north))
    question = ask(actor, [QUARTER], districts=[north.code])
    for slug, report in REPORTS.items():
        [figure] = report.rows(question)
        assert 0 < figure.n < figure.of, f"{slug}: some are counted and some are not"
        of, rows = read(file_of(CountedFigure.read(report, question, actor), []))
        counted = [float(row["counted"]) for row in rows]
        assert [float(FORMULAS[slug](row, of)) for row in rows] == pytest.approx(counted), slug
        for name, number in (("counted", figure.n), ("out_of", figure.of)):
            assert float(of[name]) == pytest.approx(number), slug
            assert sum(float(row[name]) for row in rows) == pytest.approx(number), slug


def test_the_file_leaves_with_a_reason_and_its_rows_are_in_the_activity_log(north: District) -> None:
    supervisor = make_supervisor(north)
    moved = Organisation.objects.get(name=NAME)
    then(moved, QUARTER.ends_at, home_district=make_district("Elsewhere"))
    address, client = f"/reports/coverage/rows/?district={north.code}&period=2024-Q3", sure(supervisor)
    assert "Enter a reason" in client.post(address, {}).content.decode()
    assert client.post(address, WHY).status_code == 302
    assert run_next()
    job = Job.objects.latest("created_at")
    assert job.status == "done", (job.error, job.message)
    content = client.get(f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job).pk}/").getvalue()
    of, rows = read(content)
    assert (of["question"], of["definition_version"], of["status"], of["value_status"]) == (
        str(REPORTS["coverage"].question),
        "2",
        "counted_today",
        "too_few",
    )
    assert (of["n"], of["of"], of["vintage"]) == ("1", "3", "")
    assert (of["counted"], of["out_of"], of["reason"]) == ("1", "3", "To prepare a meeting or an event")
    hidden = [row for row in rows if not row["record"]]
    assert [row["last_met_on"] for row in hidden] == ["2024-09-30"], "it is in the figure of then"
    assert NAME not in content.decode(), "a file has links, not names"
    left = Event.objects.filter(action=Action.EXPORT, field_names__contains=["rows"]).earliest("pk")
    assert left.object_type == "organisation"
    assert {f"http://localhost:8000/organisations/{pk}/" for pk in left.object_ids} <= {
        row["record"].replace("http://testserver", "http://localhost:8000") for row in rows
    }
    assert moved.pk not in left.object_ids
    assert "Passphrase" in client.get(address).text
    unprotected = {name: value for name, value in WHY.items() if name != "readable"}
    assert client.post(address, unprotected).status_code == 422
    secret = "four words of some length"
    assert client.post(address, unprotected | {"passphrase": secret, "again": secret}).status_code == 302
    assert run_next()
    file = JobFile.objects.latest("pk")
    sealed = client.get(f"/jobs/{file.job_id}/files/{file.pk}/").getvalue()
    assert file.name.endswith(".csv.age") and sealed.startswith(b"age-encryption.org/v1")
    officer, elsewhere = make_officer(north), make_supervisor(make_district("South"))
    assert sure(officer).get(address).status_code == 403
    assert sure(elsewhere).get(address).status_code == 404
    assert client.get(address.replace("coverage", "scorecard")).status_code == 404
    assert client.get(address.replace("Q3", "Q9")).status_code == 422
