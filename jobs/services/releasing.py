"""Files that a second person releases: the effects of a decision, and their descriptions in the inbox."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import ActSummary, Effect
from audit.codes import words_of
from jobs.models import Job
from jobs.services.jobs import discard_files, release_job


def _job_of(act: PendingAct) -> Job:
    job_id: Any = act.subject  # acts of these kinds are about a job
    return Job.objects.select_for_update().get(pk=job_id)


def _lock(act: PendingAct) -> None:
    _job_of(act)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    release_job(actor=actor, job=_job_of(act))


def _dropped(actor: Actor, act: PendingAct) -> None:
    discard_files(actor=actor, job=_job_of(act))


def _summaries(job_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    return {job.pk: _summary(job.parameters, job.result) for job in Job.objects.filter(pk__in=job_ids)}


def _summary(parameters: Mapping[str, str], result: Mapping[str, int]) -> ActSummary:
    lines = []
    if people := result.get("people"):
        lines.append(_("Contacts: %(n)s") % {"n": f"{people:,}"})
    if recipient := parameters.get("recipient"):
        lines.append(_("For %(recipient)s") % {"recipient": recipient})
    return ActSummary(parameters["title"], [*lines, words_of(parameters["purpose"])])


EFFECT: Final = Effect([Act.ARCHIVE, Act.EXPORT], _lock, _confirmed, _dropped, _summaries)
