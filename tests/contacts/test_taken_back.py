"""An undone change leaves periods, and therefore figures, as they were before."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from contacts.models import Organisation, OrganisationPeriod
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.days import city_today
from meetings.services.handover import hand_over, undo_handover
from reports.indicators import continuity
from reports.queries.periods import Period
from reports.queries.questions import ask
from tests.contacts.pages import browse, undo
from tests.exchange.test_import_wizard import imported, send, supervisor_of_n1
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.reports.city import old

pytestmark = pytest.mark.django_db


class Place:
    """A district, a supervisor, and five organisations with a lead officer to be replaced."""

    def __init__(self) -> None:
        self.north: District = make_district("North")
        self.supervisor = make_supervisor(self.north)
        self.actor = actor_for(self.supervisor)
        self.ben, self.anna = make_officer(self.north), make_officer(self.north)
        self.rows = [old(make_organisation(self.north, lead_officer=self.ben)) for _number in range(5)]
        OrganisationPeriod.objects.update(lead_officer=self.ben)

    def periods(self) -> list[Any]:
        return list(OrganisationPeriod.objects.order_by("organisation", "since").values())

    def changes(self) -> int:
        today = city_today()
        question = ask(self.actor, [Period(today - timedelta(days=30), today + timedelta(days=1))])
        [row] = continuity.REPORT.rows(question)
        changes: int = row.lead_changes
        return changes


@pytest.fixture
def place() -> Place:
    return Place()


def test_a_handover_that_was_undone_changed_no_lead_officer(place: Place) -> None:
    before = place.periods()
    made = hand_over(actor=place.actor, officer_id=place.ben.pk, to_id=place.anna.pk)
    assert place.changes() == 5
    undo_handover(actor=place.actor, handover_id=made.pk)
    assert place.changes() == 0
    assert place.periods() == before


def test_a_change_of_several_at_once_that_was_undone_never_was(place: Place) -> None:
    before, client = place.periods(), browse(place.supervisor)
    rows = "&".join(f"row={row.pk}" for row in place.rows)
    client.post(f"/organisations/selected/?{rows}", {"act": "assign", "lead_officer": place.anna.pk})
    assert place.changes() == 5
    undo(client, "/organisations/")
    assert place.changes() == 0
    assert place.periods() == before


def test_of_several_changes_only_those_taken_back_are_gone(place: Place) -> None:
    row, carla = place.rows[0], make_officer(place.north)

    def led_by(officer: Any) -> None:
        edit_organisation(actor=place.actor, organisation_id=row.pk, lead_officer=officer)

    led_by(place.anna)
    then = timezone.now() - timedelta(minutes=11)
    row.periods.exclude(until=None).update(until=then)
    row.periods.filter(until=None).update(since=then)
    led_by(carla)
    led_by(place.anna)  # a mistake, corrected at once
    assert [one.lead_officer for one in row.periods.order_by("since")] == [place.ben, place.anna]
    led_by(place.ben)  # after 11 minutes: a lead officer who returned
    assert row.periods.count() == 3
    assert place.changes() == 2


def test_a_state_that_was_left_and_is_come_back_to_has_one_open_period(place: Place) -> None:
    row = place.rows[0]
    for status in ("dormant", "closed", "active"):
        edit_organisation(actor=place.actor, organisation_id=row.pk, status=status)
    assert [(one.status, one.until) for one in row.periods.all()] == [("active", None)]
    assert Organisation.objects.get(pk=row.pk).version == row.version + 3


def test_an_import_that_was_undone_after_an_hour_moved_nobody() -> None:
    user = supervisor_of_n1()
    user.districts.add(make_district("Other", code="N2"))
    text = "Id;Nombre;Tipo;Distrito\n1;Casa Roma;vecinos;N1\n"
    imported(user, text)
    hours = timezone.now() - timedelta(hours=30)
    OrganisationPeriod.objects.update(since=hours)
    before = list(OrganisationPeriod.objects.values())
    draft = imported(user, text.replace("N1", "N2"))
    assert OrganisationPeriod.objects.count() == 2
    moved = timezone.now() - timedelta(hours=1)
    type(draft).objects.filter(pk=draft.pk).update(created_at=moved)
    OrganisationPeriod.objects.exclude(until=None).update(until=moved)
    OrganisationPeriod.objects.filter(until=None).update(since=moved)
    assert send(user, draft, "undo").state == "undone"
    assert list(OrganisationPeriod.objects.values()) == before
