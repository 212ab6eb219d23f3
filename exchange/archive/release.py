"""An archive leaves by two people: who asks, and a second supervisor of the district or a privacy officer."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models

from accounts import rules
from accounts.actors import Actor
from accounts.policies import is_second_person
from districts.models import District
from exchange.archive.work import KIND
from jobs.models import Job
from jobs.services import release_job


def archives_to_release(actor: Actor) -> models.QuerySet[Job]:
    """Those of districts the actor covers; of all for privacy officers. One's own among them."""
    waiting = Job.objects.to_release([KIND])
    if actor.role == rules.PRIVACY_OFFICER:
        return waiting
    if actor.role != rules.SUPERVISOR:
        return waiting.none()
    codes = District.objects.covered_by(actor).values_list("code", flat=True)
    return waiting.filter(parameters__district__in=list(codes))


def can_release(actor: Actor, job: Job) -> bool:
    """Of what the actor sees waiting: not one's own, nor of who shaped one's account lately."""
    return job.started_by is not None and is_second_person(actor, job.started_by)


def release_archive(*, actor: Actor, job_id: UUID) -> Job:
    """From now on its starter can fetch it. Raises DoesNotExist, PermissionDenied."""
    job = archives_to_release(actor).get(pk=job_id)
    if not can_release(actor, job):
        raise PermissionDenied
    return release_job(actor=actor, job=job)
