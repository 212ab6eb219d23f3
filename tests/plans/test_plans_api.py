"""Plans for other systems: titles, days and numbers, for whoever covers a part of the plan's district."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from audit.models import Event
from plans.models import PlanVoice
from plans.services.comparison import sign_files
from plans.services.milestones import tick_milestone
from plans.services.plans import create_plan, discard_plan
from plans.services.reviews import save_voice, start_review
from tests.api.clients import Tool
from tests.api.test_changes import read
from tests.audit.numbering import number_open_transaction
from tests.factories import make_district
from tests.plans.comparing import Compared, bytes_of, use_city_key
from tests.plans.making import ENDS, STARTS

pytestmark = pytest.mark.django_db
SCOPES = ("reports:read", "changes:read")


def test_a_tool_reads_a_plan_with_its_values_and_no_text_but_titles() -> None:
    city = Compared(summary="Spoken with Ana")
    milestone = city.milestone()
    review = start_review(**city.about, held_on=STARTS)
    save_voice(**city.about, planreview_id=review.pk, says="better", text="Nobody calls")
    tool = Tool(city.north, scopes=SCOPES)
    [listed] = tool.get("/plans/").json()["results"]
    one: Any = tool.get(f"/plans/{city.plan.pk}/").json()
    assert one == listed and one["district"] == city.city.code and one["keeper"] == str(city.keeper.pk)
    [goal] = one["goals"]
    [action] = goal["actions"]
    assert (action["title"], action["owner"]) == ("Train reporting centres", str(city.owner.pk))
    assert action["milestones"] == [
        {
            "id": str(milestone.pk),
            "title": "Refresher",
            "due_on": "2026-03-01",
            "first_due_on": "2026-03-01",
            "done_on": None,
            "dropped_on": None,
        }
    ]
    [share] = goal["indicators"]
    assert (share["slug"], share["district"]) == ("concerns", city.city.code)
    now = [(value["n"], value["of"], value["formula_version"]) for value in share["values"]]
    assert now == [(19, 31, 1), (32, 41, 1)]
    assert share["values"][0]["is_baseline"] and share["values"][1]["value"] == 32 / 41
    told = str(one)
    assert not [word for word in ("Ana", "Nobody calls", city.owner.name, city.keeper.name) if word in told]
    assert PlanVoice.objects.get().text == "Nobody calls"
    for asked, count in (("status=adopted", 1), ("status=draft", 0), (f"district={city.north.code}", 0)):
        assert len(tool.get(f"/plans/?{asked}").json()["results"]) == count, asked
    elsewhere = Tool(make_district(), scopes=SCOPES)
    assert elsewhere.get("/plans/").json()["results"] == []
    assert elsewhere.get(f"/plans/{city.plan.pk}/").status_code == 404
    assert Tool(city.north, scopes=("concerns:read",)).get("/plans/").status_code == 403
    assert tool.post("/plans/", {}).status_code == 405  # no key writes them
    assert tool.patch(f"/plans/{city.plan.pk}/", {"title": "x"}).status_code == 405


def test_a_tool_reads_the_file_that_was_confirmed_and_signed(settings: Settings, tmp_path: Path) -> None:
    use_city_key(settings, tmp_path)
    city = Compared()
    path = f"/plans/{city.plan.pk}/comparison-file/"
    tool = Tool(city.north, scopes=SCOPES)
    assert tool.get(path).status_code == 404
    row = city.confirmed()
    assert tool.get(path).status_code == 404  # not signed
    sign_files()
    row.refresh_from_db()
    answer = tool.get(path)
    assert (answer.status_code, answer.content) == (200, bytes_of(row))
    event = Event.objects.filter(object_type="comparison_file").latest("at")
    assert (event.actor_id, event.object_ids) == (tool.key.pk, [row.pk])
    assert event.recipient == f"{tool.key.name} · file {row.number}"
    assert Tool(make_district(), scopes=SCOPES).get(path).status_code == 404
    assert Tool(city.north, scopes=("changes:read",)).get(path).status_code == 403
    for user, status in ((city.owner, 403), (city.keeper, 200)):
        client = Client()
        client.force_login(user)
        assert client.get(f"/api/v1{path}").status_code == status


def test_whoever_sees_a_plan_hears_of_its_changes() -> None:
    city = Compared()
    milestone = city.milestone()
    tick_milestone(**city.owned, milestone_id=milestone.pk)
    other = create_plan(
        actor=city.actor, district=city.city, title="B", language="en", starts_on=STARTS, ends_on=ENDS
    )
    discard_plan(actor=city.actor, plan_id=other.pk)
    number_open_transaction()
    told = [row for row in read(Tool(city.north, scopes=SCOPES))[0] if row["type"] == "plans"]
    ops = [row["op"] for row in told if row["id"] == str(city.plan.pk)]
    assert ops[0] == "created" and set(ops[1:]) == {"updated"}
    assert told[-1]["op"] == "erased" and told[-1]["id"] == str(other.pk)
    assert not [row for row in read(Tool(make_district(), scopes=SCOPES))[0] if row["type"] == "plans"]
    quiet = read(Tool(city.north, scopes=("changes:read", "concerns:read")))[0]
    assert not [row for row in quiet if row["type"] == "plans"]
