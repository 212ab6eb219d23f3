"""An erasure deletes stored files, which can name the person, and a file under way is not kept."""

from io import BytesIO
from typing import Any

import pytest
from pytest import MonkeyPatch

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from contacts.services.erasures import erase_or_ask
from jobs.models import Job, JobFile, JobStatus
from jobs.services import kinds
from jobs.services.files import keep_file
from jobs.services.jobs import queue_job
from jobs.services.kinds import JobResult, Output, Work
from jobs.services.running import run_next
from privacy.services.restrictions import restrict_contact
from tests import wiring
from tests.factories import make_actor, make_contact, make_district, make_officer

pytestmark = pytest.mark.django_db


def export(_work: Work) -> JobResult:
    return JobResult(files=[Output("contacts.csv", "text/csv", BytesIO(b"Leila Haddad"))])


def ended(run: Any, monkeypatch: MonkeyPatch) -> Job:
    kind = kinds.Kind("export", run, title="Export", may=lambda _actor: True)
    wiring.add(monkeypatch, kinds.KINDS, kind)
    job = queue_job(actor=actor_for(make_officer(make_district())), kind="export", parameters={})
    assert run_next()
    job.refresh_from_db()
    return job


def test_an_erasure_deletes_the_files_of_ended_jobs_and_leaves_what_a_job_has_still_to_read(
    monkeypatch: MonkeyPatch,
) -> None:
    contact = make_contact(make_district())
    job = ended(export, monkeypatch)
    assert (job.status, JobFile.objects.filter(job=job).count()) == (JobStatus.DONE, 1)
    waiting = Job.objects.create(kind="export", started_by=None)
    keep_file(job_id=waiting.pk, name="in.csv", media_type="text/csv", content=BytesIO(b"x"), is_input=True)
    erase_or_ask(actor=SYSTEM, contact_id=contact.pk)
    assert not JobFile.objects.filter(job=job).exists()
    assert JobFile.objects.filter(job=waiting).count() == 1


def test_a_restriction_deletes_the_files_of_ended_jobs(monkeypatch: MonkeyPatch) -> None:
    contact = make_contact(make_district())
    job = ended(export, monkeypatch)
    restrict_contact(actor=make_actor(role=Role.PRIVACY_OFFICER), contact_id=contact.pk, ground="evidence")
    assert not JobFile.objects.filter(job=job).exists()


def test_a_file_that_was_being_made_during_an_erasure_is_not_kept_and_the_next_one_is(
    monkeypatch: MonkeyPatch,
) -> None:
    contact = make_contact(make_district())

    def export_while_erasing(work: Work) -> JobResult:
        erase_or_ask(actor=SYSTEM, contact_id=contact.pk)
        return export(work)

    job = ended(export_while_erasing, monkeypatch)
    assert (job.status, JobFile.objects.count()) == (JobStatus.FAILED, 0)
    assert job.message == "Data was erased while the file was being made. Create the file again."
    assert ended(export, monkeypatch).status == JobStatus.DONE
