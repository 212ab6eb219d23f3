"""An urgent step that nobody sees for 10 minutes reaches the webhook of an alarm tool, as IDs only."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from audit.models import Change, Op
from districts.models import District
from incidents.models import Incident
from incidents.services.steps import mark_seen
from incidents.services.withdrawals import withdraw_incident
from incidents.tasks import pass_on_steps
from tests.api.clients import Tool
from tests.api.receivers import Receiver, receiving
from tests.api.test_webhooks import deliver, register
from tests.factories import make_district, make_officer
from tests.incidents.making import Night, zone_where_it_is
from tests.incidents.test_shift_handovers import on_duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with receiving() as one:
        settings.WEBHOOK_ALLOWED_HOSTS = [one.place]
        yield one


class Unseen:
    """An incident whose urgent steps an officer on duty has not seen."""

    def __init__(self) -> None:
        self.night, self.visitor = Night(), make_officer(make_district())
        on_duty(self.visitor, self.night.district)
        self.incident = self.night.incident(actor=self.night.actor())

    def reports_after(self, minutes: int) -> int:
        """Run the task when the steps have been with the officer for some minutes; return new reports."""
        before: int = reports(self.incident).count()
        steps = self.incident.steps.filter(owner=self.visitor)
        steps.update(given_at=timezone.now() - timedelta(minutes=minutes))
        pass_on_steps()
        after: int = reports(self.incident).count()
        return after - before


def reports(incident: Incident) -> Any:
    return Change.objects.filter(object_id=incident.pk, op=Op.STEP_UNSEEN)


@pytest.fixture
def unseen(settings: Any) -> Unseen:
    settings.TIME_ZONE = zone_where_it_is(1)
    return Unseen()


def rows_of(tool: Tool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tool.get("/changes/").json()["results"]
    return [row for row in rows if row["op"] == "step_unseen"]


def test_it_is_reported_once_after_10_minutes_and_arrives_as_ids_only(
    unseen: Unseen, receiver: Receiver
) -> None:
    tool = Tool(unseen.night.district, scopes=("concerns:read", "changes:read", "webhooks:write"))
    _webhook, secret = register(tool, receiver, types=["incidents"])
    version = Incident.objects.get(pk=unseen.incident.pk).version
    assert [unseen.reports_after(9), unseen.reports_after(11), unseen.reports_after(11)] == [0, 1, 0]
    deliver()
    body = receiver.verify(secret)
    assert body == rows_of(tool)[0]
    assert body["type"] == "incidents" and body["id"] == str(unseen.incident.pk)
    assert set(body) == {"seq", "type", "id", "op", "version", "at", "by_this_key"}
    assert body["version"] == version, "nothing changed"


def test_a_key_of_another_district_and_one_without_the_scope_get_nothing(
    unseen: Unseen, receiver: Receiver
) -> None:
    here: tuple[District, ...] = (unseen.night.district,)
    tools = {
        "here": Tool(*here, scopes=("concerns:read", "changes:read")),
        "elsewhere": Tool(make_district(), scopes=("concerns:read", "changes:read", "webhooks:write")),
        "without": Tool(*here, scopes=("organisations:read", "changes:read", "webhooks:write")),
    }
    register(tools["elsewhere"], receiver)
    register(tools["without"], receiver, types=["organisations"])
    refused = tools["without"].post(
        "/webhooks/", {"name": "Alarm", "url": receiver.url, "types": ["incidents"]}
    )
    assert refused.status_code == 400
    assert unseen.reports_after(11) == 1
    deliver()
    assert {name: len(rows_of(tool)) for name, tool in tools.items()} == {
        "here": 1,
        "elsewhere": 0,
        "without": 0,
    }
    assert "step_unseen" not in {row["op"] for row in receiver.rows}


def test_nothing_is_reported_once_it_was_seen_and_a_new_owner_starts_again(unseen: Unseen) -> None:
    following = make_officer(make_district())
    assert unseen.reports_after(11) == 1
    on_duty(following, unseen.night.district)
    assert unseen.reports_after(21) == 0, "it moves to the next, with one report behind it"
    steps = unseen.incident.steps.open()
    assert steps.filter(owner=following).exists()
    steps.filter(owner=following).update(given_at=timezone.now() - timedelta(minutes=11))
    mark_seen(actor=actor_for(following), incident=unseen.incident)
    pass_on_steps()
    assert reports(unseen.incident).count() == 1


def test_there_is_no_alarm_for_steps_that_can_wait_or_once_the_incident_is_withdrawn(unseen: Unseen) -> None:
    steps = unseen.incident.steps.all()
    due_at = {step.pk: step.due_at for step in steps}
    steps.update(due_at=timezone.now() + timedelta(days=21))
    assert unseen.reports_after(11) == 0
    for pk, at in due_at.items():
        steps.filter(pk=pk).update(due_at=at)
    incident = Incident.objects.get(pk=unseen.incident.pk)
    supervisor = actor_for(unseen.night.supervisor)
    withdraw_incident(actor=supervisor, incident_id=incident.pk, reason="mistake")
    assert unseen.reports_after(11) == 0
