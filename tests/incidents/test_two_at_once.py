"""Of two officers who take the same step at once, one has it and the other is told who."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from accounts.actors import Actor
from incidents.models import IncidentStep
from incidents.services.steps import AlreadyTaken, take_over
from tests.examples import examples
from tests.incidents.making import Night


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
