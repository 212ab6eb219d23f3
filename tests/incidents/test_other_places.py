"""An affected place that is no organisation: its steps, calls and visits, and who is told near it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role
from contacts.models import Organisation
from crm.variable_checks import dialled
from incidents.models import Incident, Reassurance
from incidents.services.concerns import edit_concern, join_concern
from incidents.services.reassurances import add_to_reassurance, record_reassurance, undo_reassurance
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting
from meetings.queries.calls import calls_about
from pages.templatetags.ui import clock
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import quarter_of
from reports.queries.questions import Question
from tests.api.clients import Tool
from tests.factories import make_organisation, make_user
from tests.incidents.making import Night
from tests.markup import joined

pytestmark = pytest.mark.django_db

SHOP: dict[str, Any] = {
    "kinds": ["assault"],
    "site_organisation": None,
    "place_kind": "business",
    "place": "60 Heron Street",
}


def steps_of_the_place(incident: Incident) -> dict[str, str]:
    steps = incident.steps.filter(step__each="the_place", organisation=None)
    return dict(steps.order_by("due_at").values_list("step__proof", "status"))


def called(night: Night, incident: Incident, result: str = "reached", **more: Any) -> Reassurance:
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk, "organisation_id": None}
    return record_reassurance(**about, result=result, **more)


def test_a_shop_is_called_visited_and_offered_victim_support_by_who_logged_it() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    assert steps_of_the_place(incident) == {"reassurance": "open", "visit": "open", "tick": "open"}
    owners = incident.steps.filter(step__each="the_place").values_list("owner", flat=True)
    assert set(owners) == {night.duty.pk}


def test_a_call_to_a_shop_settles_its_steps_and_writes_no_meeting() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    meetings = Meeting.objects.count()
    called(night, incident, "no_answer")
    row = called(night, incident)
    assert steps_of_the_place(incident) == {"reassurance": "done", "visit": "open", "tick": "open"}
    assert night.step(incident, "case_reference").is_open and night.step(incident, "words").is_open
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk, "reassurance_id": row.pk}
    add_to_reassurance(**about, needs=["patrol"], call_again_on=city_today())
    assert FollowUp.objects.get().owner == night.duty
    called(night, incident, channel="visit")
    assert steps_of_the_place(incident)["visit"] == "done"
    assert Meeting.objects.count() == meetings
    concern = Concern.objects.get()
    assert concern.reassurance_offered_at == row.at and not concern.reassurance_answer


def test_a_colleague_reads_that_the_shop_was_reached_and_the_caller_adds_its_needs(
    client: Client,
) -> None:
    night = Night()
    incident = night.incident(**SHOP)
    address = f"/incidents/{incident.pk}/"
    client.force_login(night.lead)
    assert "Called" not in joined(client.get(address).text)
    row = called(night, incident)
    page = joined(client.get(address).text)
    fold = page.split("Called")[1].split("</details>")[0]
    assert "The affected place" in fold and f"Reached, today {clock(row.at)}, {night.duty.name}" in fold
    assert "1 of " in fold and "They need…" not in fold
    client.force_login(night.duty)
    assert "They need…" in joined(client.get(address).text)
    client.post(f"{address}calls/", {"tried": row.pk, "needs": ["patrol"]})
    fold = joined(client.get(address).text).split("Called")[1]
    assert "They need…" not in fold and "patrol" in fold.lower()


def test_a_call_to_a_shop_is_undone_for_ten_minutes_by_who_made_it() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    row = called(night, incident)
    about: dict[str, Any] = {"incident_id": incident.pk, "reassurance_id": row.pk}
    with pytest.raises(PermissionDenied):
        undo_reassurance(actor=night.actor(night.lead), **about)
    long_ago = timezone.now() - timedelta(minutes=11)
    Reassurance.objects.update(recorded_at=long_ago, at=long_ago)
    with pytest.raises(ValidationError, match="too late"):
        undo_reassurance(actor=night.actor(), **about)
    Reassurance.objects.update(recorded_at=row.recorded_at, at=row.at)
    undo_reassurance(actor=night.actor(), **about)
    assert set(steps_of_the_place(incident).values()) == {"open"} and not Reassurance.objects.exists()


def test_who_declines_at_a_shop_settles_only_the_steps_of_the_shop() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    called(night, incident, "declined")
    assert set(steps_of_the_place(incident).values()) == {"not_needed"}
    assert night.step(incident, "case_reference").is_open


def test_an_incident_at_an_organisation_has_no_other_place_to_call() -> None:
    night = Night()
    incident = night.incident()
    assert not steps_of_the_place(incident)
    with pytest.raises(Organisation.DoesNotExist):
        called(night, incident)


def test_tools_see_a_call_to_a_shop_without_an_organisation() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    called(night, incident)
    [row] = Tool(scopes=("concerns:read",)).get(f"/incidents/{incident.pk}/").json()["reassurances"]
    assert (row["organisation"], row["result"]) == (None, "reached")


def test_a_shop_counts_until_it_is_reached_and_not_as_an_organisation_reached() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    question = Question((quarter_of(city_today()),), (night.district,))

    def counted(slug: str) -> tuple[int, int]:
        [row] = REPORTS[slug].rows(question)
        return row.n, row.of

    assert counted("first-contact") == (0, 1)
    before = counted("reassured-in-time")
    called(night, incident)
    assert counted("first-contact") == (1, 1)
    assert counted("reassured-in-time") == before, "the organisations of the community"


def test_who_is_only_near_hears_the_statement_at_night_only_if_they_agreed_to_all_calls() -> None:
    night = Night()
    near = make_organisation(night.district, name="Corner church", lead_officer=night.lead)
    incident = night.incident(**SHOP, near=[near])
    steps = incident.steps.filter(organisation=near)
    assert list(steps.values_list("step__proof", flat=True)) == ["reassurance"]


def test_the_number_of_whoever_was_called_stays_in_the_case_system() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    with pytest.raises(ValidationError, match="case system"):
        called(night, incident, note="Call 0904 555 123 again")
    called(night, incident, note="Call again at 08:30 about case 2026-4711")


def test_when_the_place_is_an_organisation_after_all_nobody_is_left_to_call_without_one() -> None:
    night = Night()
    incident = night.incident(**SHOP)
    called(night, incident)
    concern = Concern.objects.get()
    about: dict[str, Any] = {"actor": night.actor(), "concern_id": concern.pk}
    named = {"site_organisation": night.place, "place_kind": "organisation"}
    edit_concern(**about, **named)
    withdrawn = {"reassurance": "done", "visit": "withdrawn", "tick": "withdrawn"}
    assert steps_of_the_place(incident) == withdrawn
    assert night.step(incident, "visit", night.place).is_open
    incident.refresh_from_db()
    version = incident.version
    edit_concern(**about, site_organisation=None, place_kind="business")
    assert steps_of_the_place(incident) == {"reassurance": "done", "visit": "open", "tick": "open"}
    incident.refresh_from_db()
    assert incident.version == version + 1


def test_a_second_report_that_names_the_place_ends_the_calls_to_a_place_without_a_name() -> None:
    night = Night()
    incident = night.incident(site_organisation=None)
    assert set(steps_of_the_place(incident).values()) == {"open"}
    second = night.log()
    join_concern(actor=night.actor(), incident_id=incident.pk, concern_id=second.pk)
    assert set(steps_of_the_place(incident).values()) == {"withdrawn"}
    assert night.step(incident, "reassurance", night.place).is_open


def test_a_phone_number_in_the_note_of_a_step_belongs_in_the_case_system(client: Client) -> None:
    night = Night()
    incident = night.incident(**SHOP)
    step = night.step(incident, "case_reference")
    client.force_login(night.duty)
    sent = {"task": step.pk, "act": "done", "case_reference": "2026-4711"}
    address = f"/incidents/{incident.pk}/steps/"
    refused = client.post(address, sent | {"note": "Ask for 0904 555 123"})
    assert (refused.status_code, "belongs in the case system" in refused.text) == (422, True)
    assert client.post(address, sent | {"note": "Handed to unit 12 at 08:30"}).status_code == 302
    step.refresh_from_db()
    assert step.status == "done"


def test_who_is_only_near_is_to_hear_only_the_agreed_statement(client: Client) -> None:
    night = Night()
    near = make_organisation(night.district, name="Corner church", lead_officer=night.lead)
    incident = night.incident(**SHOP, near=[near])
    client.force_login(night.lead)
    only = "tell them only the agreed statement"
    row = joined(client.get(f"/incidents/{incident.pk}/?call={night.other.pk}").text)
    assert row.count(only) == 1
    card = joined(client.get(f"/incidents/{incident.pk}/?call={near.pk}").text)
    assert only in card.split('id="next"')[1].split("</section>")[0]
    kwargs: dict[str, Any] = {"extra_organisation_ids": [near.pk], "first_organisation_id": near.pk}
    chosen = calls_about(night.actor(), Concern.objects.get(), **kwargs).touched[0]
    assert (chosen.organisation, chosen.is_only_near) == (near, True), "and at night only if they agreed"


def test_who_is_called_can_check_the_caller_with_the_control_room(client: Client, settings: Settings) -> None:
    settings.CONTROL_ROOM = "0900 12"
    night = Night()
    incident = night.incident(case_reference="2026-4711")
    client.force_login(night.duty)
    address = f"/incidents/{incident.pk}/"
    number = '<a class="num" href="tel:090012">0900 12</a>'
    page = joined(client.get(f"{address}?call={night.place.pk}").text)
    card = page.split('id="next"')[1].split("</section>")[0]
    assert f"“Ring the control room, {number}, and say incident 2026-4711.”" in card
    assert "If they need an interpreter, ask the control room." in card
    Concern.objects.update(case_reference="")
    assert f"“Ring the control room, {number}, and ask for me.”" in joined(client.get(address).text)
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    assert "control room" not in joined(client.get(address).text), "a reader calls no one"


@pytest.mark.parametrize(("value", "is_number"), [("0900", True), ("+34 91 234", True), ("call us", False)])
def test_the_control_room_is_a_number_as_people_dial_it(value: str, is_number: bool) -> None:
    if is_number:
        assert dialled("CONTROL_ROOM", value) == value
        return
    with pytest.raises(ImproperlyConfigured, match="CONTROL_ROOM: “call us” is no phone number"):
        dialled("CONTROL_ROOM", value)
