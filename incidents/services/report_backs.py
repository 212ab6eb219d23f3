"""Reporting back is one act: recorded on a concern, it settles the step of its incident, and the reverse.

The step of an organisation reports back on concerns at its place or that it raised. A step without an
organisation reports back on those at a place that is no organisation.
"""

from datetime import datetime

from accounts.actors import Actor
from incidents.codes import Proof, StepStatus
from incidents.models import Incident, IncidentStep
from incidents.queries.step_plans import concerns_of
from incidents.services.planned_steps import reopen_steps, settle_steps
from lib.days import city_day
from meetings.models import Concern
from meetings.services.concerns import edit_concern


def mark_concerns_as_told(
    actor: Actor, incident: Incident, step: IncidentStep, before: datetime | None, after: datetime | None
) -> None:
    """Record on concerns that their step of reporting back was done at `after`, or no longer is, if None."""
    if step.step.proof != Proof.REPORTED_BACK:
        return
    day_before, day = (city_day(moment) if moment else None for moment in (before, after))
    for concern in concerns_of(incident):
        is_as_before = concern.reported_back_on == day_before
        if _is_of(step, concern) and is_as_before and actor.covers(concern.district_id):
            edit_concern(actor=actor, concern_id=concern.pk, reported_back_on=day)


def mark_steps_of_told(actor: Actor, incident: Incident, concern: Concern) -> bool:
    """Settle the steps of reporting back on a concern, or open them again, and return whether any changed."""
    steps = incident.steps.filter(step__proof=Proof.REPORTED_BACK).select_related("step")
    is_told = concern.reported_back_on is not None
    changing = [
        step
        for step in steps.filter(status=StepStatus.OPEN if is_told else StepStatus.DONE)
        if _is_of(step, concern)
    ]
    if is_told:
        settle_steps(actor, changing)
    else:
        reopen_steps(changing)
    return bool(changing)


def _is_of(step: IncidentStep, concern: Concern) -> bool:
    """Whether a step reports back to the place or the organisation that the concern is about."""
    if step.organisation_id is None:
        return concern.site_organisation_id is None
    return step.organisation_id in (concern.site_organisation_id, concern.raised_by_organisation_id)
