"""Steps of an incident as the actor sees them, and which of them is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.actors import Actor
from accounts.models import User
from contacts.models import Organisation
from incidents.codes import StepStatus
from incidents.models import (
    Incident,
    IncidentStep,
    ProtocolStep,
    StepHandover,
)
from incidents.queries.cards import ids_of_merged
from incidents.queries.timeline import HANDOVER_FIELDS


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the protocol, with the open steps of its organisations that are in one part of the page."""

    step: ProtocolStep
    open: list[IncidentStep]  # by time
    done: int  # steps of the same kind that are settled, out of `total`
    total: int

    @property
    def due_at(self) -> datetime:
        return self.open[0].due_at

    @property
    def ids(self) -> set[UUID]:
        return {step.pk for step in self.open}

    @property
    def owners(self) -> list[User | None]:
        """The owners, each once. None: no one has the step."""
        return list(dict.fromkeys(step.owner for step in self.open))


def first_step_to_do(actor: Actor, steps: Sequence[IncidentStep]) -> IncidentStep | None:
    """Return the actor's first open step, or else the first that they could do, or else the first."""
    own_steps = [step for step in steps if actor.id is not None and step.owner_id == actor.id]
    possible_steps = [step for step in steps if actor.is_supervisor or not step.step.needs_decision]
    return next(iter(own_steps or possible_steps or steps), None)


def steps_with_visibility(actor: Actor, incident: Incident) -> list[Any]:
    """Return the steps of an incident read `for_its_page`, and those done in incidents merged into it."""
    visible = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    handovers = StepHandover.objects.filter(step=OuterRef("pk")).values(
        row=JSONObject(
            **{name: name for name in HANDOVER_FIELDS}, before_name="before__name", after_name="after__name"
        )
    )
    done_elsewhere = Q(incident__in=ids_of_merged(incident), status=StepStatus.DONE)
    rows: QuerySet[Any] = IncidentStep.objects.filter(Q(incident=incident) | done_elsewhere)
    rows = rows.select_related("step", "owner", "organisation", "done_by")
    return list(rows.annotate(sees_organisation=Exists(visible), moved=ArraySubquery(handovers)).in_order())
