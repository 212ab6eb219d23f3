"""Services for the life of a job: start, progress, finish, fail and cancel."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import Actor
from audit.models import Action
from audit.rules import recipient_of
from audit.services import record
from jobs.models import Job, JobFile, JobStatus, Lease
from jobs.services.files import KEPT_FOR, keep_file
from jobs.services.kinds import find_kind
from lib.acting import Acting
from lib.erasable import Keys, Leaving, Rewrite
from lib.ids import uuid7
from lib.waking import wake_on_commit

RUN: Final = "jobs.run_due"
LEASE: Final = timedelta(seconds=60)  # for a job's worker and for `held_alone`


@transaction.atomic
def queue_job(
    *,
    actor: Actor,
    kind: str,
    parameters: Mapping[str, object],
    needs: Mapping[str, object] | None = None,
    inputs: Iterable[tuple[str, str, BinaryIO]] = (),
    total: int | None = None,
) -> Job:
    """Queue a job for a worker. `kind` must be registered; `inputs` are (name, media type, content).

    `parameters` describe the request and are kept, so they must not contain personal data. `needs` are
    emptied at the end. Raises PermissionDenied if the actor may not start such a job.
    """
    known_kind = find_kind(kind)
    if known_kind is None:
        raise LookupError(kind)
    if not known_kind.may(actor):
        raise PermissionDenied
    job = Job.objects.create(
        kind=kind,
        started_by=actor.id,
        parameters=dict(parameters),
        needs=dict(needs or {}),
        total=total,
    )
    for name, media_type, content in inputs:
        keep_file(job_id=job.pk, name=name, media_type=media_type, content=content, is_input=True)
    wake_on_commit(RUN)
    return job


@transaction.atomic
def cancel_job(*, actor: Actor, job_id: UUID) -> Job:
    """Cancel a waiting job, or ask the worker to stop a running one. Finished jobs stay unchanged."""
    job = Job.objects.visible_to(actor).select_for_update().get(pk=job_id)
    if job.status == JobStatus.WAITING:
        end_job(Job.objects.filter(pk=job_id), JobStatus.CANCELLED)
    elif job.status == JobStatus.RUNNING:
        Job.objects.filter(pk=job_id, cancel_asked_at=None).update(cancel_asked_at=timezone.now())
    return Job.objects.get(pk=job_id)


@transaction.atomic
def fetch_file(*, actor: Actor, job_id: UUID, file_id: UUID) -> JobFile:
    """Return an output file for the job's starter, and record the download first.

    Raises Job.DoesNotExist for another user's job, or if the starter no longer covers a district covered at
    that time. Raises JobFile.DoesNotExist for an expired file (24 hours). Raises PermissionDenied if the
    starter's role no longer allows it, or while a second person has not released the file.
    """
    job = Job.objects.visible_to(actor).get(pk=job_id)
    kind = find_kind(job.kind)
    if kind is None or not kind.may(actor) or (kind.needs_release(job.result) and job.released_at is None):
        raise PermissionDenied
    files = JobFile.objects.downloadable().filter(pk=file_id, job=job)
    row = files.visible_to(actor).first()
    if row is None:
        raise Job.DoesNotExist if files.exists() else JobFile.DoesNotExist
    purpose = str(job.parameters.get("purpose", ""))
    record(
        actor,
        Action.EXPORT,
        "job_file",
        [job.pk, row.pk],
        purpose=purpose,
        recipient=recipient_of(
            job.parameters.get("recipient") or actor.name, f"download sha256:{row.digest}"
        ),
    )
    return row


def release_job(*, actor: Actor, job: Job) -> None:
    """Release the files of a locked job to its starter for 24 hours. The caller has checked the rights."""
    job.released_by, job.released_at = actor.id, timezone.now()
    job.save(update_fields=["released_by", "released_at"])
    JobFile.objects.downloadable().filter(job=job).update(expires_at=timezone.now() + KEPT_FOR)
    purpose, recipient = (str(job.parameters.get(name, "")) for name in ("purpose", "recipient"))
    record(
        actor, Action.UPDATE, "job", [job.pk], field_names=["released"], purpose=purpose, recipient=recipient
    )


def discard_files(*, actor: Actor, job: Job) -> None:
    """Delete the files of a locked job whose release was rejected."""
    JobFile.objects.filter(job=job).delete()
    record(actor, Action.UPDATE, "job", [job.pk], field_names=["files"])


@transaction.atomic
def expire_files_of(*, actor: Actor, starter_id: UUID) -> int:
    """Delete all files that an account's or key's tasks made, at once, and return the number of tasks.

    The caller has checked the rights. Input files of waiting tasks stay.
    """
    files = JobFile.objects.downloadable().filter(job__started_by=starter_id)
    jobs = sorted(set(files.values_list("job", flat=True)))
    files.delete()
    if jobs:
        record(actor, Action.UPDATE, "job", jobs, field_names=["files"])
    return len(jobs)


@transaction.atomic
def delete_named_files(_actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    """Delete the files of ended jobs whose parameters or results name a person, and rewrite those texts."""
    for job in Job.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)):
        values = rewrite(job)
        for name, value in values.items():
            setattr(job, name, value)
        if values:
            JobFile.objects.filter(job=job).delete()
            job.save(update_fields=list(values))


#: Name of a lease whose end is the time of the last erasure.
_ERASED: Final = "a person was erased"


def forget_files(actor: Acting, _leaving: Leaving) -> None:
    """Delete the files of all ended jobs, because any of them can name a person who is erased.

    Files are compressed or encrypted, and can be made again. A running job then stores no file.
    """
    moment = timezone.now()
    Lease.objects.update_or_create(name=_ERASED, defaults={"holder": uuid7(), "until": moment})
    files = JobFile.objects.exclude(job__status__in=[JobStatus.WAITING, JobStatus.RUNNING])
    jobs = sorted(set(files.values_list("job", flat=True)))
    files.delete()
    if jobs:
        record(actor, Action.UPDATE, "job", jobs, field_names=["files"])


def lock_erased_since(moment: datetime) -> bool:
    """Whether a person was erased since this moment.

    Until the transaction ends, no other erasure can begin.
    """
    Lease.objects.bulk_create(
        [Lease(name=_ERASED, holder=uuid7(), until=datetime.fromtimestamp(0, UTC))], ignore_conflicts=True
    )
    return Lease.objects.select_for_update(no_key=True).get(name=_ERASED).until >= moment


def delete_expired_files() -> int:
    """Delete expired files with all their chunks and return their number."""
    expired = list(JobFile.objects.expired().values_list("pk", flat=True)[:500])
    JobFile.objects.filter(pk__in=expired).delete()
    return len(expired)


# --- Jobs that their own process runs at once, such as commands ----------------------------------------


def start_job(*, actor: Acting, kind: str, parameters: Mapping[str, object], total: int | None = None) -> Job:
    """Create a running job for this process. No worker takes the job over."""
    return Job.objects.create(
        kind=kind,
        status=JobStatus.RUNNING,
        started_by=actor.id,
        parameters=dict(parameters),
        total=total,
    )


def report_progress(*, job_id: UUID, done: int, total: int | None = None) -> None:
    """Store the progress of a job. Without `total` the previous total is kept."""
    total_field = {} if total is None else {"total": total}
    Job.objects.filter(pk=job_id).update(done=done, **total_field)


def finish_job(*, job_id: UUID, result: Mapping[str, object]) -> None:
    end_job(Job.objects.filter(pk=job_id), JobStatus.DONE, result=dict(result))


def fail_job(*, job_id: UUID, error: str) -> None:
    """Store why the job failed. Rows that the job had already committed stay."""
    end_job(Job.objects.filter(pk=job_id), JobStatus.FAILED, error=error)


def end_job(rows: QuerySet[Job], status: JobStatus, **fields: Any) -> None:
    """End one job by its row, unless it has already ended."""
    going_on = rows.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])
    going_on.update(status=status, finished_at=timezone.now(), needs={}, lease_until=None, **fields)


class IsHeld(Exception):
    """Another process holds the lease, or has taken it since."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease held by this process, timed by the database's clock."""

    name: str
    holder: UUID

    def renew(self) -> None:
        """Renew the lease. Raises IsHeld if another process has taken it.

        Inside a transaction, no other process can take the lease until the transaction ends.
        """
        mine = Lease.objects.filter(name=self.name, holder=self.holder)
        if not mine.update(until=Now() + LEASE):
            raise IsHeld(self.name)


@contextmanager
def held_alone(
    name: str, patience: timedelta = timedelta(0), waiting: Callable[[], object] = lambda: None
) -> Iterator[Hold]:
    """Hold the lease `name` inside the block. Raises IsHeld if it is not free within `patience`.

    The lease of a dead process expires, so a patience of LEASE is enough to take it over. `waiting` is called
    every second. A row is used instead of a session lock, because behind a pooler sessions are shared.
    """
    hold = Hold(name, uuid7())
    Lease.objects.bulk_create(
        [Lease(name=name, holder=hold.holder, until=datetime.fromtimestamp(0, UTC))], ignore_conflicts=True
    )
    give_up = time.monotonic() + patience.total_seconds()
    while not _take(hold):
        if time.monotonic() >= give_up:
            raise IsHeld(name)
        waiting()
        time.sleep(1)
    try:
        yield hold
    finally:
        Lease.objects.filter(name=name, holder=hold.holder).update(until=Now() - LEASE)


@transaction.atomic
def _take(hold: Hold) -> bool:
    """Take the lease if it is free, and return whether this succeeded."""
    free = Lease.objects.filter(name=hold.name, until__lt=Now()).select_for_update(skip_locked=True)
    if not free.exists():
        return False
    return bool(Lease.objects.filter(name=hold.name).update(holder=hold.holder, until=Now() + LEASE))
