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


def _locked_job(act: PendingAct) -> Job:
    job_id: Any = act.subject  # the subject of these acts is a job
    return Job.objects.select_for_update().get(pk=job_id)


def _lock_job(act: PendingAct) -> None:
    _locked_job(act)


def _confirm(actor: Actor, act: PendingAct) -> None:
    release_job(actor=actor, job=_locked_job(act))


def _reject(actor: Actor, act: PendingAct) -> None:
    discard_files(actor=actor, job=_locked_job(act))


def _describe_jobs(job_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    return {job.pk: _describe_job(job.parameters, job.result) for job in Job.objects.filter(pk__in=job_ids)}


def _describe_job(parameters: Mapping[str, str], result: Mapping[str, int]) -> ActSummary:
    lines = []
    if contact_count := result.get("people"):
        lines.append(_("Contacts: %(n)s") % {"n": f"{contact_count:,}"})
    if recipient := parameters.get("recipient"):
        lines.append(_("For %(recipient)s") % {"recipient": recipient})
    return ActSummary(parameters["title"], [*lines, words_of(parameters["purpose"])])


EFFECT: Final = Effect([Act.ARCHIVE, Act.EXPORT], _lock_job, _confirm, _reject, _describe_jobs)
