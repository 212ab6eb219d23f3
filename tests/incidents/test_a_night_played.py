"""What annoyed whoever played a night of incidents on a phone, and the morning after at a desk."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_officer
from tests.incidents.making import Night, zone_where_it_is
from tests.incidents.test_incident_pages import section_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def night() -> Night:
    return Night(phone="+34910123456")


def text(client: Client, user: Any, path: str) -> str:
    client.force_login(user)
    return " ".join(client.get(path).text.split())


def fold(page: str, heading: str) -> str:
    """The text of the fold below a heading; "" if there is none."""
    return page.partition(f"<summary> <h2>{heading}</h2>")[2].partition("<h2>")[0]


def test_what_is_next_for_an_officer_is_never_a_step_of_supervisors_while_there_is_another(
    client: Client, night: Night, settings: Any
) -> None:
    settings.TIME_ZONE = zone_where_it_is(12)
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"})
    case = {"task": night.step(incident, "case_reference").pk, "act": "done", "case_reference": "A-1"}
    client.post(f"{path}steps/", case)
    visitor = make_officer(night.district)
    assert "Call Burial society" in section_next(text(client, visitor, path))
    assert "Agree the statement" in section_next(text(client, night.supervisor, path))


def test_only_supervisors_leave_out_a_step_that_only_they_can_finish(client: Client, night: Night) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    for proof in ("words", "assessment"):
        step = night.step(incident, proof)
        sent = {"task": step.pk, "act": "not_needed", "note": "The city has said it already"}
        client.force_login(night.duty)
        refused = client.post(f"{path}steps/", sent)
        assert refused.status_code == 422 and "Only a supervisor can finish this step." in refused.text
        forms = [form for form in client.get(path).text.split("<form") if str(step.pk) in form]
        assert not any('value="not_needed"' in form for form in forms)
        client.force_login(night.supervisor)
        assert client.post(f"{path}steps/", sent).status_code == 302
        step.refresh_from_db()
        assert step.status == "not_needed"


def test_a_place_that_was_reached_no_longer_waits_for_the_morning(
    client: Client, night: Night, settings: Any
) -> None:
    settings.TIME_ZONE = zone_where_it_is(2)
    path = f"/incidents/{night.incident().pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.other.pk, "result": "left_message"})
    assert "Burial society" in fold(text(client, night.duty, path), "In the morning")
    client.post(f"{path}calls/", {"called": night.other.pk, "result": "reached"})
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"})
    page = text(client, night.duty, path)
    assert "Burial society" not in fold(page, "In the morning")
    assert "Burial society" in fold(page, "Called")


def test_steps_of_later_days_are_folded_below_those_of_tonight(
    client: Client, night: Night, settings: Any
) -> None:
    settings.TIME_ZONE = zone_where_it_is(2)
    page = text(client, night.duty, f"/incidents/{night.incident().pk}/")
    tonight, later = page.split("<h2> Before ")[1].split('id="morning"')[0], fold(page, "Later steps")
    assert "Call Al-Noor" in section_next(page)
    assert "Agree the statement" in tonight and "Agree the statement" not in later
    for step in (
        "Record the case number",
        "Report back to the communities",
        "Debrief with those who were there",
    ):
        assert step not in tonight and step in later


def test_the_debrief_is_named_so_and_tells_what_happened_from_the_start(client: Client, night: Night) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"})
    page = text(client, night.supervisor, f"{path}debrief/")
    assert "Debrief" in page.split("<h1")[1].split("</h1>")[0]
    assert "After you sign, this debrief cannot be changed." in page
    happened = page.split("What happened")[1]
    assert happened.index("Attack on a community site") < happened.index("Al-Noor: reached")
