"""Of two people who take a step, merge incidents or hand over a shift at once, one wins each time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.actors import Actor
from accounts.models import DutyShift, User
from contacts.services.change_feed import lock_references
from incidents.models import Incident, IncidentStep, ShiftHandover
from incidents.services.concerns import edit_concern
from incidents.services.incidents import AlreadyWithdrawn
from incidents.services.shift_handovers import AlreadyHandedOver, hand_over_shift
from incidents.services.steps import AlreadyTaken, mark_step, take_over
from incidents.services.withdrawals import undo_withdrawal, withdraw_incident
from meetings.models import Concern
from tests.examples import examples
from tests.factories import make_officer, make_supervisor
from tests.incidents.making import Night
from tests.incidents.test_shift_handovers import on_duty


@pytest.mark.thorough
def test_one_gets_the_step_and_the_other_reads_the_name_each_time(committed_db: None) -> None:
    night = Night()
    incident = night.incident()
    step = night.step(incident, "case_reference")
    IncidentStep.objects.filter(pk=step.pk).update(owner=night.supervisor)
    actors = [night.actor(night.duty), night.actor(night.lead)]
    names = {actor.id: user.name for actor, user in zip(actors, (night.duty, night.lead), strict=True)}
    barrier = Barrier(2)

    def press(actor: Actor) -> str:
        try:
            barrier.wait(10)
            take_over(actor=actor, incident_id=incident.pk, step_id=step.pk, owner_id=night.supervisor.pk)
        except AlreadyTaken as refused:
            return refused.messages[0]
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as both:
        for _time in range(examples(50)):
            said = list(both.map(press, actors))
            owner = IncidentStep.objects.get(pk=step.pk).owner_id
            assert sorted(said) == ["", f"{names[owner]} has already taken this step."]
            IncidentStep.objects.filter(pk=step.pk).update(owner=night.supervisor)


def test_a_step_and_an_edit_of_the_concern_do_not_wait_for_each_other(committed_db: None) -> None:
    night = Night()
    incident, concern = night.incident(), Concern.objects.get()
    step = night.step(incident, "case_reference")
    writer, barrier = night.actor(night.supervisor), Barrier(2)

    def mark() -> None:
        mark_step(actor=writer, incident_id=incident.pk, step_id=step.pk, case_reference="4711")

    def edit() -> None:
        edit_concern(actor=writer, concern_id=concern.pk, facts="Two windows are broken.")

    def press(row: Any, write: Callable[[], None]) -> None:
        try:
            with transaction.atomic():
                lock_references(type(row), [row.pk])  # each has begun when the other goes on
                barrier.wait(10)
                write()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        for writing in [both.submit(press, incident, mark), both.submit(press, concern, edit)]:
            writing.result()
    concern.refresh_from_db()
    assert (concern.facts, IncidentStep.objects.get(pk=step.pk).status) == ("Two windows are broken.", "done")


@pytest.mark.thorough
def test_of_two_crosswise_merges_at_once_one_wins_each_time(committed_db: None) -> None:
    night = Night()
    pair = [night.incident(), night.second_incident()]
    supervisor = night.actor(night.supervisor)
    barrier = Barrier(2)

    def press(numbers: tuple[int, int]) -> str:
        incident, other = (pair[number] for number in numbers)
        try:
            barrier.wait(10)
            withdraw_incident(
                actor=supervisor, incident_id=incident.pk, reason="same_event", same_as_id=other.pk
            )
        except AlreadyWithdrawn:
            return "conflict"
        finally:
            connections.close_all()
        return "merged"

    with ThreadPoolExecutor(2) as both:
        for _time in range(examples(50)):
            assert sorted(both.map(press, [(0, 1), (1, 0)])) == ["conflict", "merged"]
            withdrawn = Incident.objects.get(status="withdrawn")
            kept = Incident.objects.exclude(status="withdrawn").get()
            assert kept.concern_links.count() == 2
            undo_withdrawal(
                actor=supervisor,
                incident_id=withdrawn.pk,
                version=withdrawn.version,
                same_as_version=kept.version,
            )
            assert {row.concern_links.count() for row in pair} == {1}


@pytest.mark.thorough
def test_of_many_hand_overs_at_once_one_wins(committed_db: None) -> None:
    night = Night()
    colleagues = [make_officer(night.district), make_supervisor(night.district)]
    incident = night.incident(actor=night.actor())
    barrier = Barrier(2)

    def press(shift: DutyShift, to: User) -> bool:
        try:
            barrier.wait(10)
            hand_over_shift(actor=night.actor(), shift=shift.pk, to=to.pk)
        except AlreadyHandedOver:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as both:
        for _time in range(examples(50)):
            shift = on_duty(night.duty, night.district)
            case = night.step(incident, "case_reference")
            IncidentStep.objects.filter(pk=case.pk).update(owner=night.duty)
            won = list(both.map(press, [shift, shift], colleagues))
            assert sorted(won) == [False, True]
            case.refresh_from_db()
            assert case.owner == colleagues[won.index(True)]
            assert ShiftHandover.objects.filter(shift=shift).count() == 1
            shift.delete()
