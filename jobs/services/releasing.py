"""Files that a second person releases: what a decision does, and how the inbox shows them."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.effects import Effect, Shown
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


def _shown(job_ids: Collection[UUID]) -> Mapping[UUID, Shown]:
    return {job.pk: _show(job.parameters, job.result) for job in Job.objects.filter(pk__in=job_ids)}


def _show(given: Mapping[str, str], result: Mapping[str, int]) -> Shown:
    lines = []
    if people := result.get("people"):
        lines.append(_("Contacts: %(n)s") % {"n": f"{people:,}"})
    if recipient := given.get("recipient"):
        lines.append(_("For %(recipient)s") % {"recipient": recipient})
    return Shown(given["title"], [*lines, words_of(given["purpose"])])


EFFECT: Final = Effect([Act.ARCHIVE, Act.EXPORT], _lock, _confirmed, _dropped, _shown)
