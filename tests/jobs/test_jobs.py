"""Background jobs: run once, by the worker that holds them; only their starter can see and use them."""

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone, translation

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from crm.queues import QUEUES
from jobs.models import Job, JobFile, JobFileChunk, JobStatus
from jobs.services import kinds
from jobs.services.files import opened, parts_of
from jobs.services.jobs import LEASE, cancel_job, delete_expired_files, queue_job
from jobs.services.kinds import JobRefused, JobResult, JobStopped, KeptFile, Kind, Output, Work
from jobs.services.running import MAX_ATTEMPTS, run_next
from meetings.services.shifts import begin_shift, end_shift
from tests import wiring
from tests.factories import make_district, make_officer, make_supervisor

pytestmark = pytest.mark.django_db

SEEN: list[Any] = []


def greet(work: Work) -> JobResult:
    """A job that doubles its parameter and makes a file."""
    with work.open_input() as given:
        text = given.read() * 2
    work.progress(1, 1)
    SEEN.append((work.actor.name, work.needs, translation.get_language()))
    return JobResult(
        {"rows": len(text)}, [Output("greeting.txt", "text/plain", io.BytesIO(text))], SEEN.append
    )


def refuse(work: Work) -> JobResult:
    raise JobRefused("There are too many.")


def break_down(work: Work) -> JobResult:
    raise ZeroDivisionError("of María Peña")


def record_badly(work: Work) -> JobResult:
    def record(files: Any) -> None:
        assert JobFile.objects.filter(pk=files[0].id).exists()
        raise RuntimeError

    return JobResult({}, [Output("x.txt", "text/plain", io.BytesIO(b"x"))], record)


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    SEEN.clear()
    for run in (greet, refuse, break_down, record_badly):
        kind = Kind(run.__name__, run, title=run.__name__, may=lambda actor: actor.is_supervisor)
        wiring.add(monkeypatch, kinds.KINDS, kind)
    yield


@pytest.fixture
def supervisor() -> User:
    return make_supervisor(make_district(), language="es")


def browse(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def start(user: User, kind: str = "greet", content: bytes = b"hello") -> Job:
    return queue_job(
        actor=actor_for(user),
        kind=kind,
        parameters={"purpose": "a test"},
        needs={"q": "words"},
        inputs=[("in.txt", "text/plain", io.BytesIO(content))],
    )


def test_a_job_is_done_and_its_file_fetched(supervisor: User) -> None:
    content = b"0123456789" * 150_000
    job = start(supervisor, content=content)
    page = browse(supervisor)
    assert 'hx-trigger="every 2s"' in page.get(f"/jobs/{job.pk}/").content.decode()
    assert run_next() is True
    assert run_next() is False
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.needs, job.result) == ("done", 1, 1, {}, {"rows": 3_000_000})
    (name, needs, language), kept = SEEN
    assert (name, needs, language) == (supervisor.name, {"q": "words"}, "es")
    row = JobFile.objects.get(job=job, is_input=False)
    digest = hashlib.sha256(content * 2).hexdigest()
    assert kept == [KeptFile(row.pk, "greeting.txt", 3_000_000, digest)]
    assert [len(part) for part in parts_of(row.pk)] == [1048576, 1048576, 902848]
    html = page.get(f"/jobs/{job.pk}/").content.decode()
    assert "every 2s" not in html
    assert f"/jobs/{job.pk}/files/{row.pk}/" in html
    assert f"/jobs/{job.pk}/" in page.get("/jobs/").content.decode()
    answer = page.get(f"/jobs/{job.pk}/files/{row.pk}/")
    assert answer.getvalue() == content * 2
    assert answer["Content-Disposition"] == 'attachment; filename="greeting.txt"'
    event = Event.objects.filter(action=Action.EXPORT).get()
    assert (event.actor_id, event.object_ids, event.purpose) == (supervisor.pk, [job.pk, row.pk], "a test")
    assert event.recipient == f"{supervisor.name} · download sha256:{digest}"
    given = JobFile.objects.get(job=job, is_input=True)
    assert page.get(f"/jobs/{job.pk}/files/{given.pk}/").status_code == 410


def test_another_finds_neither_the_job_nor_its_file(supervisor: User) -> None:
    job = start(supervisor)
    run_next()
    file = JobFile.objects.get(job=job, is_input=False)
    other = browse(make_supervisor(*supervisor.districts.all()))
    for path in ("", f"files/{file.pk}/"):
        assert other.get(f"/jobs/{job.pk}/{path}").status_code == 404
        assert browse(supervisor).get(f"/jobs/{job.pk}/{path}").status_code == 200
    assert other.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert str(job.pk) not in other.get("/jobs/").content.decode()


def test_whoever_lost_the_role_fetches_nothing(supervisor: User) -> None:
    job = start(supervisor)
    run_next()
    file = JobFile.objects.get(job=job, is_input=False)
    User.objects.filter(pk=supervisor.pk).update(role=Role.OFFICER)
    assert browse(supervisor).get(f"/jobs/{job.pk}/files/{file.pk}/").status_code == 403
    assert not Event.objects.filter(action=Action.EXPORT, allowed=True).exists()
    waiting = Job.objects.create(kind="greet", started_by=supervisor.pk)
    assert run_next()
    waiting.refresh_from_db()
    assert (waiting.status, SEEN[2:]) == ("failed", [])
    with pytest.raises(PermissionDenied):
        start(User.objects.get(pk=supervisor.pk))


def test_what_was_made_on_duty_is_out_of_reach_once_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = Kind("greet", greet, title="greet", may=lambda actor: actor.role == Role.OFFICER)
    wiring.add(monkeypatch, kinds.KINDS, kind)
    officer, further = make_officer(make_district()), make_district()
    begin_shift(actor=actor_for(officer), districts=[further], reason="night_duty", hours=2)
    job = start(officer)
    run_next()
    address = f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job, is_input=False).pk}/"
    page = browse(officer)
    assert page.get(address).status_code == 200
    end_shift(actor=actor_for(officer))
    assert page.get(address).status_code == 404
    officer.districts.add(further)
    assert page.get(address).status_code == 200


def test_a_file_of_which_nobody_knows_the_districts_is_nobodys(supervisor: User) -> None:
    job = start(supervisor)
    run_next()
    file = JobFile.objects.get(job=job, is_input=False)
    page = browse(supervisor)
    assert page.get(f"/jobs/{job.pk}/files/{file.pk}/").status_code == 200
    JobFile.objects.filter(pk=file.pk).update(district_ids=None)
    assert page.get(f"/jobs/{job.pk}/files/{file.pk}/").status_code == 404


def test_a_file_is_gone_after_a_day(supervisor: User) -> None:
    job = start(supervisor)
    run_next()
    file = JobFile.objects.get(job=job, is_input=False)
    assert delete_expired_files() == 0
    JobFile.objects.filter(job=job).update(expires_at=timezone.now() - timedelta(seconds=1))
    page = browse(supervisor)
    address = f"/jobs/{job.pk}/files/{file.pk}/"
    assert page.get(address).status_code == 410
    assert delete_expired_files() == 2
    assert not JobFileChunk.objects.exists()
    assert page.get(address).status_code == 410
    assert address not in page.get(f"/jobs/{job.pk}/").content.decode()


def test_a_failure_is_told_kindly_and_nothing_is_kept(supervisor: User) -> None:
    told = {}
    for kind in ("refuse", "break_down", "record_badly"):
        job = start(supervisor, kind)
        run_next()
        job.refresh_from_db()
        assert (job.status, job.needs) == ("failed", {})
        told[kind] = (job.error, job.message)
        assert job.message in browse(supervisor).get(f"/jobs/{job.pk}/").content.decode()
    assert told["refuse"] == ("refused", "There are too many.")
    assert told["break_down"][0] == "ZeroDivisionError"
    assert "Peña" not in told["break_down"][1]
    assert not JobFile.objects.filter(is_input=False).exists()


def test_what_waits_is_taken_back(supervisor: User) -> None:
    job = start(supervisor)
    page = browse(supervisor)
    assert page.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert run_next() is False
    job.refresh_from_db()
    assert (job.status, SEEN) == ("cancelled", [])
    assert page.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert cancel_job(actor=actor_for(supervisor), job_id=job.pk).status == JobStatus.CANCELLED


@pytest.mark.parametrize("lane", [kinds.Lane.IMPORTS, kinds.Lane.PRIVACY, kinds.Lane.TOOLS])
def test_jobs_of_two_lanes_run_beside_each_other_and_no_second_of_either(
    supervisor: User, lane: kinds.Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = Kind("read", greet, title="read", may=lambda _actor: True, lane=lane)
    wiring.add(monkeypatch, kinds.KINDS, kind)
    held = {"status": "running", "attempts": 1, "lease_until": timezone.now() + LEASE}
    for running, next_kind in (("read", "greet"), ("greet", "read")):
        Job.objects.all().delete()
        Job.objects.filter(pk=start(supervisor, running).pk).update(**held)
        second, other = start(supervisor, running), start(supervisor, next_kind)
        assert [run_next(), run_next()] == [True, False]
        second.refresh_from_db()
        other.refresh_from_db()
        assert (second.status, other.status) == ("waiting", "done")


def test_imports_exports_and_the_privacy_desk_have_a_lane_each_and_a_worker_more() -> None:
    lanes = {name: kinds.lane_of(name) for name in ("import_table", "export_list", "privacy_search")}
    assert list(lanes.values()) == [kinds.Lane.IMPORTS, kinds.Lane.FILES, kinds.Lane.PRIVACY], lanes
    assert QUEUES["work"] > len(kinds.Lane)


def test_a_dead_workers_job_begins_anew_when_its_lease_has_run_out(supervisor: User) -> None:
    job = start(supervisor)
    held = {"status": "running", "attempts": 1, "lease_until": timezone.now() + LEASE}
    Job.objects.filter(pk=job.pk).update(**held)
    other = start(supervisor)
    assert run_next() is False, "one at a time, so that reminders have a worker too"
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run_next()
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("done", 2)
    assert run_next()
    other.refresh_from_db()
    assert other.status == "done"


def test_a_job_that_kills_its_workers_is_given_up(supervisor: User) -> None:
    job = start(supervisor)
    gone = {"status": "running", "lease_until": timezone.now() - timedelta(seconds=1)}
    Job.objects.filter(pk=job.pk).update(attempts=MAX_ATTEMPTS, **gone)
    run_next()
    job.refresh_from_db()
    assert (job.status, SEEN) == ("failed", [])


def test_a_command_that_runs_its_own_job_is_left_alone(supervisor: User) -> None:
    Job.objects.create(kind="import_organisations", status="running", started_by=supervisor.pk)
    assert run_next() is False


def test_what_another_worker_began_anew_is_not_ended_by_the_first(
    supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(supervisor)

    def overtaken(work: Work) -> JobResult:
        Job.objects.filter(pk=work.job_id).update(attempts=2, lease_until=timezone.now() + LEASE)
        return JobResult({}, [Output("x.txt", "text/plain", io.BytesIO(b"x"))])

    wiring.add(monkeypatch, kinds.KINDS, Kind("greet", overtaken, title="", may=lambda actor: True))
    run_next()
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("running", 2)
    assert not JobFile.objects.filter(is_input=False).exists()


def test_nothing_on_the_way_keeps_a_stop() -> None:
    with pytest.raises(JobStopped):
        try:
            raise JobStopped
        except Exception:  # noqa: S110  # what is tested
            pass


def test_a_file_can_be_read_and_sought(supervisor: User) -> None:
    job = start(supervisor, content=b"abc")
    with opened(JobFile.objects.get(job=job).pk) as file:
        file.seek(1)
        assert file.read() == b"bc"


def test_officers_start_nothing_here() -> None:
    actor: Actor = actor_for(make_officer(make_district()))
    with pytest.raises(PermissionDenied):
        queue_job(actor=actor, kind="greet", parameters={})
