"""Organisations that an incident touches."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from incidents.models import Incident, IncidentStep
from meetings.models import Concern


def touched_now(actor: Actor, organisation_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these organisations an incident touches that is under way and that the actor sees.

    They have a step, are the affected place or near it, or raised the concern.
    """
    if not organisation_ids:
        return set()
    incidents = Incident.objects.visible_to(actor).under_way()
    steps = IncidentStep.objects.filter(incident__in=incidents, organisation__in=organisation_ids)
    concerns = Concern.objects.filter(incident_link__incident__in=incidents).filter(
        Q(site_organisation__in=organisation_ids)
        | Q(raised_by_organisation__in=organisation_ids)
        | Q(near__in=organisation_ids)
    )
    organisations = concerns.values_list("site_organisation", "raised_by_organisation", "near")
    touched = {pk for row in organisations for pk in row if pk in organisation_ids}
    return touched | set(steps.values_list("organisation", flat=True))
