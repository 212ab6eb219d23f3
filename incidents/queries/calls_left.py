"""Calls that no step of an incident stands for, so that a hand-over does not lose them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When

from accounts.actors import Actor
from contacts.models import Organisation
from incidents.codes import Proof, Result
from incidents.models import IncidentStep, Reassurance
from incidents.rules.steps import AffectedOrganisation
from meetings.models import Concern
from meetings.queries.calls import is_near, matches_concern

MOST_CALLS: Final = 60


def calls_without_step(actor: Actor, concerns: Sequence[Any]) -> dict[UUID, list[Organisation]]:
    """Return organisations to call that have no call as a step and were not reached, by incident.

    For example, an organisation that was added after the steps were planned. `concerns` are those of
    incidents that the actor can see, with `incident_link`. One statement.
    """
    if not concerns:
        return {}
    affected = {f"is_affected_{number}": _is_left(concern) for number, concern in enumerate(concerns)}
    rows: Any = Organisation.objects.visible_to(actor).active()
    rows = rows.annotate(
        **{
            name: Case(When(condition, then=True), default=False, output_field=BooleanField())
            for name, condition in affected.items()
        }
    ).filter(Q(*((name, True) for name in affected), _connector=Q.OR))
    calls: dict[UUID, dict[UUID, Organisation]] = defaultdict(dict)
    for row in rows.order_by("folded", "pk")[:MOST_CALLS]:
        for number, concern in enumerate(concerns):
            if getattr(row, f"is_affected_{number}") and _may_be_contacted(row, concern):
                calls[concern.incident_link.incident_id].setdefault(row.pk, row)
    return {pk: list(by_id.values()) for pk, by_id in calls.items()}


def _is_left(concern: Concern) -> Q:
    """Match organisations affected by a concern that have neither a call as a step nor a result."""
    incident_id = concern.incident_link.incident_id
    steps = IncidentStep.objects.filter(
        incident=incident_id, organisation=OuterRef("pk"), step__proof__in=[Proof.REASSURANCE, Proof.VISIT]
    )
    settling = Reassurance.objects.filter(
        incident=incident_id,
        organisation=OuterRef("pk"),
        result__in=[Result.REACHED, Result.DECLINED],
    )
    is_affected = matches_concern(concern) | is_near(concern)
    return Q(is_affected & ~Q(Exists(steps)) & ~Q(Exists(settling)))


def _may_be_contacted(organisation: Organisation, concern: Concern) -> bool:
    return AffectedOrganisation(
        organisation.pk,
        raised_concern=organisation.pk == concern.raised_by_organisation_id,
        wish=organisation.contact_wish,
    ).may_be_contacted
