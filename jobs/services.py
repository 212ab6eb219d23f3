"""The life of a job: started, told how far it is, finished or failed."""

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from jobs.models import Job, JobStatus
from lib.acting import Acting


def start_job(*, actor: Acting, kind: str, parameters: Mapping[str, object], total: int | None = None) -> Job:
    """A running job of the actor's; `parameters` say what was asked, never personal data."""
    return Job.objects.create(
        kind=kind,
        status=JobStatus.RUNNING,
        started_by=actor.id,
        parameters=dict(parameters),
        total=total,
    )


def report_progress(*, job_id: UUID, done: int, total: int | None = None) -> None:
    """Say how far a job is; without `total` the one known before stays."""
    known = {} if total is None else {"total": total}
    Job.objects.filter(pk=job_id).update(done=done, **known)


def finish_job(*, job_id: UUID, result: Mapping[str, object]) -> None:
    Job.objects.filter(pk=job_id).update(
        status=JobStatus.DONE, result=dict(result), finished_at=timezone.now()
    )


def fail_job(*, job_id: UUID, error: str) -> None:
    """Keep why it failed; what the job had committed before stays."""
    Job.objects.filter(pk=job_id).update(status=JobStatus.FAILED, error=error, finished_at=timezone.now())
