"""Running jobs: progress is committed separately from the work, and a cancellation reaches the worker."""

import time

import pytest

from accounts.actors import actor_for
from jobs.models import Job
from jobs.services import kinds
from jobs.services.jobs import cancel_job, queue_job
from jobs.services.kinds import JobResult, Work
from jobs.services.running import run_next
from tests import wiring
from tests.factories import make_district, make_supervisor


def test_a_running_job_shows_how_far_it_is_and_stops_when_told(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.services.running.PULSE_SECONDS", 0.05)
    supervisor = make_supervisor(make_district())
    seen = []

    def count_for_ever(work: Work) -> JobResult:
        for number in range(2_000):
            work.progress(number, 2_000)
            if number and Job.objects.get(pk=work.job_id).done:
                seen.append(work.actor.id)
                cancel_job(actor=work.actor, job_id=work.job_id)
            time.sleep(0.01)
        return JobResult({})

    kind = kinds.Kind("count", count_for_ever, title="Counting", may=lambda actor: True)
    wiring.add(monkeypatch, kinds.KINDS, kind)
    job = queue_job(actor=actor_for(supervisor), kind="count", parameters={})
    run_next()
    job.refresh_from_db()
    assert (job.status, job.total) == ("cancelled", 2_000)
    assert 0 < job.done < 2_000


def test_a_job_whose_row_is_deleted_stops(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.services.running.PULSE_SECONDS", 0.05)
    counted = []

    def count_for_ever(work: Work) -> JobResult:
        for number in range(1, 5000):
            work.progress(number, 5000)
            counted.append(number)
            if Job.objects.filter(pk=work.job_id, done__gt=0).exists():
                Job.objects.filter(pk=work.job_id).delete()
            time.sleep(0.01)
        return JobResult({})

    kind = kinds.Kind("count", count_for_ever, title="Counting", may=lambda actor: True)
    wiring.add(monkeypatch, kinds.KINDS, kind)
    queue_job(actor=actor_for(make_supervisor(make_district())), kind="count", parameters={})
    assert run_next()
    assert 0 < len(counted) < 4999
