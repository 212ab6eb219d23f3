"""A real worker is killed in the middle of an export, and another one makes the file once."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import actor_for
from audit.models import Action, Event
from contacts.models import Organisation
from exchange.exports.lists import KIND
from jobs.models import Job, JobFile
from jobs.services.files import parts_of
from jobs.services.jobs import LEASE, queue_job
from tests.api.test_idempotency import is_waited_for
from tests.factories import make_district, make_supervisor
from tests.plugins.workers import celery_process, wait_until

ROWS = 400


@pytest.mark.thorough
@pytest.mark.long
def test_a_killed_workers_export_is_made_by_the_next(committed_db: None) -> None:
    district = make_district()
    supervisor = make_supervisor(district)
    Organisation.objects.bulk_create(
        Organisation(
            name=f"Organisation {n}", folded=f"organisation {n:06}", kind="ngo", home_district=district
        )
        for n in range(ROWS)
    )
    job = queue_job(
        actor=actor_for(supervisor),
        kind=KIND,
        parameters={"list": "organisations", "format": "csv", "purpose": "a test"},
        needs={"query": "", "ids": []},
    )
    status = Job.objects.filter(pk=job.pk).values_list("status", flat=True)
    worker = ("worker", "--concurrency", "1", "--loglevel", "warning")
    with celery_process(*worker) as process, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE jobs_jobfile IN SHARE MODE")  # so that the export cannot end before
        wait_until(is_waited_for, seconds=60, what="the export to store its file")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
    assert status.get() == "running"
    assert not JobFile.objects.exists()
    left = Job.objects.filter(pk=job.pk, lease_until__lt=timezone.now() + LEASE)
    assert left.update(lease_until=timezone.now() - timedelta(seconds=1)) == 1, "a minute goes by"
    with celery_process(*worker):
        wait_until(lambda: status.get() == "done", seconds=60, what="the export by another worker")
    row = JobFile.objects.get(job=job)
    text = b"".join(parts_of(row.pk)).decode("utf-8-sig")
    assert len(text.splitlines()) == ROWS + 1
    assert Job.objects.get(pk=job.pk).attempts == 2
    told = [pk for event in Event.objects.filter(action=Action.EXPORT) for pk in event.object_ids]
    assert len(told) == ROWS == len(set(told))
