"""The state of an incident's page, by which the page asks for what changed."""

from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.actors import Actor
from contacts.models import Organisation
from incidents.codes import Result, StepStatus
from incidents.models import (
    CallInProgress,
    IncidentStep,
    Reassurance,
)
from incidents.models.incident import IncidentQuerySet
from incidents.rules.calls import CALL_LASTS, state_of
from incidents.rules.hours import is_quiet
from lib.days import city_zone

_STEP_STATE: Final = ("id", "status", "owner", "seen_at", "due_at")


def with_state(rows: IncidentQuerySet, actor: Actor, moment: datetime) -> IncidentQuerySet:
    """Add to incidents the rows that the part `#now` of their page shows the actor, for `page_state`.

    They are `step_states`, `try_states` and `callings`, the calls in progress.
    """
    seen_organisations = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    is_seen = Q(organisation=None) | Exists(seen_organisations)
    steps = IncidentStep.objects.filter(is_seen, incident=OuterRef("pk")).order_by("pk")
    tries = Reassurance.objects.filter(is_seen, incident=OuterRef("pk")).order_by("pk")
    callings = CallInProgress.objects.filter(
        is_seen, incident=OuterRef("pk"), at__gt=moment - CALL_LASTS, at__lte=moment
    ).order_by("-at", "pk")
    return rows.annotate(
        step_states=ArraySubquery(steps.values(row=JSONObject(**{name: name for name in _STEP_STATE}))),
        try_states=ArraySubquery(tries.values("pk")),
        was_reached=Exists(Reassurance.objects.filter(incident=OuterRef("pk"), result=Result.REACHED)),
        callings=ArraySubquery(
            callings.values(
                row=JSONObject(organisation="organisation", user="user", name="user__name", at="at")
            )
        ),
    )


def page_state(incident: Any, moment: datetime) -> str:
    """Return the digest of what `#now` shows of an incident read `with_state`."""
    words_agreed_at = incident.words_agreed_at and incident.words_agreed_at.isoformat()
    values = [
        incident.status,
        words_agreed_at,
        incident.merged_ids,
        incident.step_states,
        incident.try_states,
        incident.callings,
    ]
    late_ids = [row["id"] for row in incident.step_states if datetime.fromisoformat(row["due_at"]) < moment]
    return state_of([*values, late_ids, is_quiet(moment, city_zone())])


def has_unseen_step(actor: Actor, incident: Any) -> bool:
    """Whether the actor has an open step that they have not seen, in an incident read `with_state`."""
    return any(
        row["owner"] == str(actor.id) and row["status"] == StepStatus.OPEN and not row["seen_at"]
        for row in incident.step_states
    )
