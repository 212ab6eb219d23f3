"""Running of jobs: claim a job with a lease, renew the lease every second, store the results.

If a worker dies, its lease expires and another worker starts the job again. Nothing of the dead worker
remains: files, events and the end of a job are one transaction of the worker that holds the lease.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import User
from accounts.services.acts import ask
from districts.models import District
from jobs.models import Job, JobFile, JobQuerySet, JobStatus
from jobs.services.files import KEPT_FOR, keep_file, opened
from jobs.services.jobs import LEASE, end_job, lock_erased_since
from jobs.services.kinds import (
    JobRefused,
    JobResult,
    JobStopped,
    KeptFile,
    Kind,
    Lane,
    find_kind,
    kinds_of,
    lane_of,
)
from lib.leases import Lease, claim, claim_alone
from lib.patience import patience
from lib.row_context import acting_as

PULSE_SECONDS: Final = 1.0
STATEMENT_SECONDS: Final = 600.0  # no page waits for the statements of a job
MAX_ATTEMPTS: Final = 3  # a job that kills its worker each time is given up
LOCK: Final = 0x6A6F6273  # one worker claims at a time; any number of our own

log = structlog.get_logger(__name__)


def run_next() -> bool:
    """Run the oldest due job. Return False if each has to wait for its lane, or none is due."""
    lease = _claim()
    if lease is None:
        return False
    job = lease.row
    starter = User.objects.filter(pk=job.started_by).first() if job.started_by else None
    with _as_they_read(starter):
        _run_claimed(lease, _actor_of(job, starter))
    return True


def _actor_of(job: Job, starter: User | None) -> Actor | None:
    if job.started_by is None:
        return SYSTEM
    if starter is not None:
        return actor_for(starter)
    kind = find_kind(job.kind)
    return kind.find_starter(job.started_by) if kind else None


def _run_claimed(lease: Lease[Job], actor: Actor | None) -> None:
    job = lease.row
    kind = find_kind(job.kind)
    if job.cancel_asked_at:
        end_job(lease.ours, JobStatus.CANCELLED)
    elif kind is None or actor is None:
        _fail(lease, "unknown kind or starter", _("This task cannot be run. Ask an administrator."))
    elif not kind.may(actor):
        _fail(lease, "PermissionDenied", _("Your account no longer has permission to do this."))
    elif job.attempts > MAX_ATTEMPTS:
        text = _(
            "This task was interrupted several times and has been stopped. Try again with fewer records."
        )
        _fail(lease, "interrupted again and again", text)
    else:
        _run_kind(lease, kind, actor)


def _run_kind(lease: Lease[Job], kind: Kind, actor: Actor) -> None:
    job, pulse, begun = lease.row, _Pulse(lease), timezone.now()
    try:
        with pulse, patience(STATEMENT_SECONDS), acting_as(actor):
            outcome = kind.run(_Work(job, actor, pulse))
        _keep(lease, outcome, actor, begun)
    except JobStopped:
        if pulse.cancelled:
            end_job(lease.ours, JobStatus.CANCELLED)
    except JobRefused as reason:
        _fail(lease, "refused", str(reason))
    except Exception as error:  # the starter is notified of any error
        log.exception("job_failed", job=str(job.pk), kind=job.kind)
        text = _("Something went wrong and no file was created. Try again.")
        _fail(lease, type(error).__name__, text)


def _fail(lease: Lease[Job], error: str, message: str) -> None:
    end_job(lease.ours, JobStatus.FAILED, error=error, message=message)


@transaction.atomic
def _keep(lease: Lease[Job], outcome: JobResult, actor: Actor, begun: datetime) -> None:
    """Finish the job with its files and result, unless another worker has taken it over.

    Raises JobRefused if its files may contain data erased meanwhile.
    """
    if not lease.renew():
        raise JobStopped
    if outcome.files and lock_erased_since(begun):
        raise JobRefused(_("Data was erased while the file was being made. Create the file again."))
    kind = find_kind(lease.row.kind)
    waits = kind is not None and kind.needs_release(outcome.result)
    kept_files = []
    for output in outcome.files:
        row = keep_file(
            job_id=lease.row.pk,
            name=output.name,
            media_type=output.media_type,
            content=output.content,
            is_input=False,
            district_ids=actor.district_ids,
            kept_for=rules.ACT_WAITS if waits else KEPT_FOR,
        )
        kept_files.append(KeptFile(row.pk, row.name, row.size, row.digest))
    if outcome.record:
        outcome.record(kept_files)
    if kind and kind.act and waits:
        places = District.objects.filter(pk__in=outcome.district_ids)
        ask(actor, kind.act, subject=lease.row.pk, districts=list(places))
    end_job(lease.ours, JobStatus.DONE, result=dict(outcome.result))


@transaction.atomic
def _claim() -> Lease[Job] | None:
    claim_alone(LOCK)
    held = Counter(map(lane_of, Job.objects.held().values_list("kind", flat=True)))
    limits = dict.fromkeys(Lane, settings.JOBS_AT_ONCE) | {Lane.TOOLS: 1}
    due = Job.objects.due()
    for lane in Lane:
        if held[lane] >= limits[lane]:
            due = _beside(due, lane)
    begun = {"status": JobStatus.RUNNING, "attempts": F("attempts") + 1}
    for lease in claim(due, LEASE, 1, **begun):
        lease.row.refresh_from_db()
        return lease
    return None


def _beside(due: JobQuerySet, full: Lane) -> JobQuerySet:
    """Exclude jobs of a full lane. Unknown kinds belong to the lane FILES."""
    if full != Lane.FILES:
        return due.exclude(kind__in=kinds_of(full))
    return due.filter(kind__in=[kind for lane in Lane if lane != full for kind in kinds_of(lane)])


@contextmanager
def _as_they_read(user: User | None) -> Iterator[None]:
    if user is None:
        yield
        return
    with translation.override(user.language), timezone.override(ZoneInfo(user.time_zone)):
        yield


@dataclass(frozen=True, slots=True)
class _Work:
    job: Job
    actor: Actor
    pulse: "_Pulse"

    @property
    def job_id(self) -> UUID:
        return self.job.pk

    @property
    def parameters(self) -> Mapping[str, Any]:
        parameters: Mapping[str, Any] = self.job.parameters
        return parameters

    @property
    def needs(self) -> Mapping[str, Any]:
        needs: Mapping[str, Any] = self.job.needs
        return needs

    def progress(self, done: int, total: int | None = None) -> None:
        self.pulse.done = done
        if total is not None:
            self.pulse.total = total
        if self.pulse.stopped:
            raise JobStopped

    def open_input(self, name: str = "") -> AbstractContextManager[BinaryIO]:
        inputs = JobFile.objects.filter(job=self.job, is_input=True, **({"name": name} if name else {}))
        row = inputs.order_by("pk").first()
        if row is None:
            raise JobRefused(_("The file is no longer available. Upload it again."))
        return opened(row.pk)


class _Pulse:
    """A thread with its own connection, which shows progress while the job's transaction is open.

    It renews the lease, writes the progress, and detects a cancellation or a takeover.
    """

    def __init__(self, lease: Lease[Job]) -> None:
        self.lease, self.done, self.total = lease, lease.row.done, lease.row.total
        self.stopped = self.cancelled = self._is_seen = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="job-pulse", daemon=True)

    def __enter__(self) -> "_Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if not self.stopped:
            self.lease.ours.update(done=self.done, total=self.total)

    def _beat(self) -> None:
        while not self._ended.wait(PULSE_SECONDS):
            try:
                self._report()
            except DatabaseError as error:  # the lease outlasts a short outage
                log.warning("job_pulse_missed", job=str(self.lease.row.pk), error=type(error).__name__)
                connection.close()
        connection.close()

    def _report(self) -> None:
        is_ours = self.lease.renew(done=self.done, total=self.total)
        job = Job.objects.filter(pk=self.lease.row.pk).first()
        if job is None:  # deleted; if its claim is not committed yet the job is still ours
            self.stopped = self._is_seen
        else:
            self._is_seen = True
            self.cancelled = is_ours and job.cancel_asked_at is not None
            self.stopped = self.cancelled or not is_ours
