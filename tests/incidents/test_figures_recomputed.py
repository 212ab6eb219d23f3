"""Whoever reads `GET /incidents/` alone counts the same figures (docs/verify/incident_figures.py)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from districts.models import District
from incidents.services.concerns import open_incident
from incidents.services.decisions import reopen_incident
from incidents.services.reassurances import record_reassurance, undo_reassurance
from incidents.services.withdrawals import withdraw_incident
from lib.days import city_today
from reports.figures.scorecard import GROUPS
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import Question
from tests.api.clients import Tool
from tests.factories import make_supervisor
from tests.incidents.making import Night, make_incident, zone_where_it_is
from tests.reports.city import QUARTER
from tests.reports.portfolio import mixed
from tests.reports.test_counted import under_way

pytestmark = pytest.mark.django_db

SCRIPT = Path(__file__).parents[2] / "docs" / "verify" / "incident_figures.py"
SLUGS = next(slugs for _title, slugs in GROUPS if "debriefed" in slugs)


def test_an_independent_script_counts_the_same(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = zone_where_it_is(12)  # so that a step due in an hour is due today
    north = mixed()
    under_way(north)
    night = Night(north)
    supervisor = night.actor(make_supervisor(north))
    for again in (False, True):
        over = make_incident(supervisor, night.log(kinds=["graffiti_symbol"]), is_over=True)
        if again:
            reopen_incident(actor=supervisor, incident_id=over.pk)
    attack = night.incident(kinds=["attack_on_community_site"])
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": attack.pk}
    for organisation, result in ((night.place, "declined"), (night.other, "reached")):
        row = record_reassurance(**about, organisation_id=organisation.pk, result=result)
    undo_reassurance(**about, reassurance_id=row.pk)
    shop = night.log(kinds=["assault"], site_organisation=None, place_kind="business")
    beside = open_incident(actor=night.actor(), concern_id=shop.pk, protocol_id=night.protocol.pk)
    record_reassurance(actor=night.actor(), incident_id=beside.pk, organisation_id=None, result="reached")
    twin, mistake = night.second_incident(), night.second_incident()
    declined = {"incident_id": twin.pk, "organisation_id": night.other.pk, "result": "declined"}
    record_reassurance(actor=night.actor(), **declined)
    withdraw_incident(actor=supervisor, incident_id=twin.pk, reason="same_event", same_as_id=attack.pk)
    withdraw_incident(actor=supervisor, incident_id=mistake.pk, reason="mistake")
    tool = Tool(scopes=("concerns:read",))
    pages = [tool.get(f"/incidents/?limit=200{more}").json() for more in ("", "&status=withdrawn")]
    read = [row for page in pages for row in page["results"]]
    file = tmp_path / "incidents.json"
    file.write_text(json.dumps(read))
    for period in (QUARTER, quarter_of(city_today())):
        question = Question((period,), (north,))
        counted = run(file, question, period)
        assert counted == {slug: figure(north, slug, question) for slug in SLUGS}
        assert all(one["of"] for one in counted.values()), "there is something to count"


def run(file: Path, question: Question, period: Period) -> Any:
    so_far = question.so_far(period)
    moments = [so_far.starts_at, so_far.ends_at, question.as_of]
    command = [sys.executable, "-I", str(SCRIPT), str(file), *(one.isoformat() for one in moments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def figure(district: District, slug: str, question: Question) -> dict[str, Any]:
    report = REPORTS[slug]
    [row] = report.rows(question)
    names = ["n", "of", *(column.name for column in report.columns if column.unit != "ratio")]
    return {name: getattr(row, name) for name in names}
