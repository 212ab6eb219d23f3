"""The handover of a leaving officer's records: all or nothing, logged, and undone exactly."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import User
from audit.models import Change, Event
from contacts.models import Organisation, OrganisationPeriod
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.conflicts import StaleVersion
from lib.days import city_today
from meetings.models import FollowUp, Handover, Meeting
from meetings.queries.handover import (
    colleagues_with_portfolio,
    count_led_by_departed,
    portfolio_of,
    possible_successors,
)
from meetings.services.follow_ups import create_follow_up, edit_follow_up
from meetings.services.handover import UNDO_WITHIN, hand_over, undo_handover
from reminders.models import Reminder
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db


class North:
    """A district with a leaving officer, two others and a supervisor, and a district that is not hers."""

    def __init__(self) -> None:
        self.district: District = make_district("North")
        self.elsewhere: District = make_district("South")
        self.leaving = make_officer(self.district, self.elsewhere, name="Ben")
        self.anna = make_officer(self.district, name="Anna")
        self.carla = make_officer(self.district, name="Carla")
        self.supervisor = make_supervisor(self.district)
        self.led = make_organisation(
            self.district, name="Led", lead_officer=self.leaving, deputy_officer=self.anna
        )
        self.deputised = make_organisation(
            self.district, name="Deputised", lead_officer=self.carla, deputy_officer=self.leaving
        )
        self.closed = make_organisation(self.district, status="closed", lead_officer=self.leaving)
        self.hidden = make_organisation(self.elsewhere, lead_officer=self.leaving)
        self.promise = self.promised(self.led)
        self.hidden_promise = self.promised(self.hidden)
        later = timezone.now() + timedelta(days=3)
        self.meeting = make_meeting(
            self.district,
            self.deputised,
            status="planned",
            outcomes=[],
            starts_at=later,
            officers=[self.leaving, self.carla],
        )
        self.held = make_meeting(self.district, self.led, officers=[self.leaving])

    def promised(self, organisation: Organisation) -> FollowUp:
        return create_follow_up(
            actor=SYSTEM,
            title="Call",
            owner=self.leaving,
            due_on=city_today() + timedelta(days=2),
            organisations=[organisation],
        )

    @property
    def actor(self) -> Actor:
        return actor_for(self.supervisor)

    def state(self) -> dict[str, Any]:
        """Return everything that a handover can change."""
        organisations = Organisation.objects.order_by("pk")
        return {
            "organisations": list(organisations.values_list("pk", "lead_officer", "deputy_officer")),
            "promises": list(FollowUp.objects.order_by("pk").values_list("pk", "owner")),
            "officers": sorted(Meeting.officers.through.objects.values_list("meeting_id", "user_id")),
        }


@pytest.fixture
def north() -> North:
    return North()


def lead(organisation: Organisation) -> tuple[User | None, User | None]:
    row = Organisation.objects.get(pk=organisation.pk)
    return row.lead_officer, row.deputy_officer


def test_the_lead_who_takes_over_from_the_deputy_stays_the_lead(north: North) -> None:
    others = [
        make_organisation(north.district, lead_officer=north.anna, deputy_officer=north.leaving)
        for _number in range(2)
    ]
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    assert [lead(one) for one in others] == [(north.anna, None)] * 2
    undo_handover(actor=north.actor, handover_id=made.pk)
    assert [lead(one) for one in others] == [(north.anna, north.leaving)] * 2


def test_everything_the_officer_has_in_the_districts_covered_moves(north: North) -> None:
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    assert lead(north.led) == (north.anna, None)  # she was the deputy and cannot be both
    assert lead(north.deputised) == (north.carla, north.anna)
    assert FollowUp.objects.get(pk=north.promise.pk).owner == north.anna
    assert set(north.meeting.officers.all()) == {north.anna, north.carla}
    assert len(made.moves) == 4
    assert made.recipient_ids == [north.anna.pk]


def test_what_lies_elsewhere_is_closed_or_was_held_stays(north: North) -> None:
    hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    assert lead(north.closed) == lead(north.hidden) == (north.leaving, None)
    assert FollowUp.objects.get(pk=north.hidden_promise.pk).owner == north.leaving
    assert list(north.held.officers.all()) == [north.leaving]


def test_an_organisation_takes_its_promises_and_meetings_to_whoever_gets_it(north: North) -> None:
    hand_over(
        actor=north.actor,
        officer_id=north.leaving.pk,
        to_id=north.anna.pk,
        exceptions={north.led.pk: north.carla.pk},
    )
    assert lead(north.led) == (north.carla, north.anna)
    assert FollowUp.objects.get(pk=north.promise.pk).owner == north.carla
    assert lead(north.deputised) == (north.carla, north.anna)


def test_figures_of_the_past_keep_who_led_then(north: North) -> None:
    hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.carla.pk)
    periods = OrganisationPeriod.objects.filter(organisation=north.led).order_by("since")
    assert [period.lead_officer for period in periods] == [north.leaving, north.carla]
    assert [period.until is None for period in periods] == [False, True]


def test_every_object_is_in_the_trail_and_in_the_change_feed(north: North) -> None:
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    own = Change.objects.filter(event__actor_id=north.supervisor.pk)
    changed = set(own.values_list("object_type", "object_id"))
    assert changed >= {
        ("organisation", north.led.pk),
        ("organisation", north.deputised.pk),
        ("follow_up", north.promise.pk),
        ("meeting", north.meeting.pk),
        ("handover", made.pk),
    }


def test_reminders_follow_the_promise(north: North) -> None:
    hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    reminders = Reminder.objects.filter(subject_id=north.promise.pk)
    assert {reminder.recipient for reminder in reminders} == {north.anna}


def test_taken_back_everything_is_as_it_was(north: North) -> None:
    before = north.state()
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    assert north.state() != before
    undo_handover(actor=north.actor, handover_id=made.pk)
    assert north.state() == before


def test_an_old_phone_that_is_invalid_today_does_not_hold_anything_back(north: North) -> None:
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    before = Organisation.objects.get(pk=north.led.pk)
    Organisation.objects.filter(pk=north.led.pk).update(phone="+3491000")
    undo_handover(actor=north.actor, handover_id=made.pk)
    led = Organisation.objects.get(pk=north.led.pk)
    assert led.lead_officer == north.leaving != before.lead_officer
    with pytest.raises(ValidationError) as refused:
        edit_organisation(actor=north.actor, organisation_id=led.pk, phone="+3491001")
    assert "phone" in refused.value.message_dict


def test_it_goes_back_even_to_somebody_who_has_left(north: North) -> None:
    User.objects.filter(pk=north.leaving.pk).update(is_active=False)
    before = north.state()
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    undo_handover(actor=north.actor, handover_id=made.pk)
    assert north.state() == before


def test_nothing_goes_back_when_something_changed_since(north: North) -> None:
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    edit_follow_up(actor=north.actor, follow_up_id=north.promise.pk, title="Call them twice")
    after = north.state()
    with pytest.raises(StaleVersion):
        undo_handover(actor=north.actor, handover_id=made.pk)
    assert north.state() == after


def test_it_goes_back_once_for_who_made_it_and_within_ten_minutes(north: North) -> None:
    made = hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)
    with pytest.raises(ObjectDoesNotExist):
        undo_handover(actor=actor_for(make_supervisor(north.district)), handover_id=made.pk)
    Handover.objects.update(created_at=timezone.now() - UNDO_WITHIN * 2)
    with pytest.raises(ValidationError):
        undo_handover(actor=north.actor, handover_id=made.pk)
    Handover.objects.update(created_at=timezone.now())
    undo_handover(actor=north.actor, handover_id=made.pk)
    with pytest.raises(StaleVersion):
        undo_handover(actor=north.actor, handover_id=made.pk)


def test_what_was_previewed_is_what_moves(north: North) -> None:
    shown = portfolio_of(north.actor, north.leaving).fingerprint
    edit_organisation(actor=north.actor, organisation_id=north.led.pk, summary="New")
    call: dict[str, Any] = {"actor": north.actor, "officer_id": north.leaving.pk, "to_id": north.anna.pk}
    with pytest.raises(StaleVersion):
        hand_over(**call, fingerprint=shown)
    hand_over(**call, fingerprint=portfolio_of(north.actor, north.leaving).fingerprint)


def test_only_people_who_work_in_the_district_take_it_over(north: North) -> None:
    stranger, gone = make_officer(north.elsewhere), make_officer(north.district, is_active=False)
    before = north.state()
    for person in (stranger, gone, north.leaving):
        with pytest.raises(ValidationError):
            hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=person.pk)
    assert north.state() == before
    able = possible_successors(north.actor, portfolio_of(north.actor, north.leaving))
    assert set(able) == {north.anna, north.carla, north.supervisor}


def test_whoever_takes_an_organisation_covers_its_home(north: North) -> None:
    part, other = (make_district(parent=north.district) for _ in range(2))
    make_organisation(part, name="Of the part", lead_officer=north.leaving)
    of_the_other = make_officer(other)
    make_organisation(other, lead_officer=north.leaving)
    with pytest.raises(ValidationError, match="does not cover"):
        hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=of_the_other.pk)
    hand_over(actor=north.actor, officer_id=north.leaving.pk, to_id=north.anna.pk)


def test_officers_and_supervisors_of_other_districts_hand_nothing_over(north: North) -> None:
    with pytest.raises(PermissionDenied):
        hand_over(actor=actor_for(north.carla), officer_id=north.leaving.pk, to_id=north.anna.pk)
    with pytest.raises(ObjectDoesNotExist):
        hand_over(
            actor=actor_for(make_supervisor(make_district())),
            officer_id=north.leaving.pk,
            to_id=north.anna.pk,
        )
    assert not Event.objects.filter(object_type="handover").exists()


def test_organisations_led_by_people_who_have_left_are_counted(north: North) -> None:
    assert count_led_by_departed(north.actor) == 0
    User.objects.filter(pk=north.leaving.pk).update(is_active=False)
    assert count_led_by_departed(north.actor) == 1
    assert count_led_by_departed(actor_for(make_supervisor(make_district()))) == 0
    rows: Any = colleagues_with_portfolio(north.actor)
    counted = {one.name: (one.leads, one.deputises, one.owes) for one in rows}
    assert counted == {
        "Ben": (1, 1, 1),
        "Anna": (0, 1, 0),
        "Carla": (1, 0, 0),
    }
