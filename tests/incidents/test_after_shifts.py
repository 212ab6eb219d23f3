"""For an hour after a shift its officer records results of her own incidents, and sees nothing of them."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import DutyShift, ShiftDistrict, User
from contacts.models import Organisation
from incidents.models import Incident, Reassurance
from incidents.services.after_shifts import mark_step_after_shift, record_call_after_shift
from incidents.services.calls_in_progress import begin_call
from incidents.services.exclusions import exclude_user
from incidents.services.reassurances import record_reassurance
from meetings.models import Meeting
from tests.factories import make_district, make_officer
from tests.incidents.making import Night
from tests.incidents.test_shift_handovers import on_duty
from tests.markup import joined

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db


class Ended:
    """A shift that has ended, with an incident that its officer opened, and one that she did not."""

    def __init__(self) -> None:
        self.night, self.officer = Night(night_calls="always"), make_officer(make_district())
        self.shift = on_duty(self.officer, self.night.district)
        self.incident = self.night.incident(actor=self.actor)
        self.client = Client()
        self.client.force_login(self.officer)

    @property
    def actor(self) -> Any:
        return actor_for(self.officer)

    def end(self, minutes_ago: float = 1) -> None:
        """Move the shift and all that was done in it into the past, so that it ended then."""
        ended_at = timezone.now() - timedelta(minutes=minutes_ago)
        DutyShift.objects.filter(pk=self.shift.pk).update(
            starts_at=ended_at - timedelta(hours=8), ends_at=ended_at
        )
        ShiftDistrict.objects.filter(shift=self.shift).update(since=ended_at - timedelta(hours=8))
        done_at = ended_at - timedelta(minutes=5)
        Incident.objects.update(created_at=done_at, started_at=done_at - timedelta(minutes=1))
        Reassurance.objects.update(at=done_at, recorded_at=done_at)

    def call(self, organisation: Organisation | None = None, **typed: str) -> Any:
        called = organisation or self.night.place
        body = {"called": str(called.pk), "result": "reached", "note": "They are well"}
        return self.client.post(f"/incidents/{self.incident.pk}/calls/", body | typed)


@pytest.fixture
def ended() -> Ended:
    return Ended()


def reached(incident: Incident) -> list[Any]:
    return list(incident.reassurances.values_list("organisation", "result", "by"))


def test_the_form_that_was_held_is_recorded_and_nothing_of_the_incident_is_shown(ended: Ended) -> None:
    ended.end()
    answer = ended.call()
    assert (answer.status_code, answer["Location"]) == (302, f"/duty/{ended.shift.pk}/")
    assert reached(ended.incident) == [(ended.night.place.pk, "reached", ended.officer.pk)]
    assert Meeting.objects.get(reassurance__incident=ended.incident).logged_by == ended.officer
    assert not ended.night.step(ended.incident, "reassurance", ended.night.place).is_open
    page = ended.client.get(answer["Location"])
    assert "Result recorded" in page.content.decode()
    assert "steps are still yours" in joined(page.content.decode()), "until they are passed on"
    assert ended.night.place.name not in page.content.decode()
    for path in (
        f"/incidents/{ended.incident.pk}/",
        f"/incidents/{ended.incident.pk}/now/",
        f"/organisations/{ended.night.place.pk}/",
    ):
        assert ended.client.get(path).status_code == 404, path
    for part in ("night-phone", "calling", "decide"):
        body = {"called": str(ended.night.place.pk)}
        assert ended.client.post(f"/incidents/{ended.incident.pk}/{part}/", body).status_code == 404, part
    assert not Incident.objects.visible_to(ended.actor).exists()


@pytest.mark.parametrize(("minutes", "status"), [(59, 302), (61, 404)])
def test_minute_61_is_refused(ended: Ended, minutes: int, status: int) -> None:
    ended.end(minutes_ago=minutes)
    assert ended.call().status_code == status
    assert len(reached(ended.incident)) == (status == 302)


def test_a_step_is_recorded_as_done_and_no_other_act_is(ended: Ended) -> None:
    case = ended.night.step(ended.incident, "case_reference")
    ended.end()
    path, task = f"/incidents/{ended.incident.pk}/steps/", {"task": str(case.pk), "case_reference": "4711/26"}
    for act in ("take", "pass", "not_needed"):
        assert ended.client.post(path, task | {"act": act, "note": "Not needed here"}).status_code == 404
    assert ended.client.post(path, task | {"act": "done"}).status_code == 302
    case.refresh_from_db()
    assert (case.is_open, case.done_by) == (False, ended.officer)


def test_only_an_incident_that_she_opened_or_worked_in_during_the_shift(ended: Ended) -> None:
    ended.incident = ended.night.second_incident()  # a colleague's
    ended.end()
    assert ended.call().status_code == 404
    begin = {"incident_id": ended.incident.pk, "organisation_id": ended.night.place.pk}
    DutyShift.objects.filter(pk=ended.shift.pk).update(ends_at=timezone.now() + timedelta(hours=1))
    begin_call(actor=ended.actor, **begin)
    DutyShift.objects.filter(pk=ended.shift.pk).update(ended_at=timezone.now())
    assert ended.call().status_code == 302, "she was calling when the shift ended"


def test_a_call_during_the_shift_makes_it_her_own(ended: Ended) -> None:
    ended.incident = ended.night.second_incident()
    record_reassurance(
        actor=ended.actor,
        incident_id=ended.incident.pk,
        organisation_id=ended.night.place.pk,
        result="no_answer",
    )
    ended.end()
    assert ended.call().status_code == 302


def test_a_protected_place_stays_closed(ended: Ended) -> None:
    ended.end()
    Organisation.objects.filter(pk=ended.night.place.pk).update(location_protected=True)
    assert ended.call().status_code == 404 and reached(ended.incident) == []
    call = ended.night.step(ended.incident, "visit", ended.night.place)
    with pytest.raises(Organisation.DoesNotExist):
        mark_step_after_shift(actor=ended.actor, incident_id=ended.incident.pk, step_id=call.pk)
    assert ended.call(ended.night.other).status_code == 302


def test_whoever_is_excluded_questioned_or_of_another_district_records_nothing(ended: Ended) -> None:
    other = make_officer(make_district())
    on_duty(other, make_district())
    ended.end()
    about: dict[str, Any] = {"incident_id": ended.incident.pk, "organisation_id": ended.night.place.pk}

    def is_refused(user: User) -> bool:
        with pytest.raises(Incident.DoesNotExist):
            record_call_after_shift(actor=actor_for(user), result="reached", **about)
        return True

    DutyShift.objects.filter(user=other).update(ended_at=timezone.now())
    assert is_refused(other) and is_refused(make_officer(make_district()))
    rows = ShiftDistrict.objects.filter(shift=ended.shift)
    supervisor = ended.night.supervisor
    rows.update(answer="question", answered_by=supervisor, answered_at=timezone.now())
    assert is_refused(ended.officer)
    rows.update(answer="right")
    actor = actor_for(supervisor)
    exclude_user(actor=actor, incident_id=ended.incident.pk, user_id=ended.officer.pk)
    assert is_refused(ended.officer) and reached(ended.incident) == []


def test_no_other_code_makes_an_actor_of_a_shift_that_has_ended() -> None:
    command = ["git", "grep", "-l", "recording_in=", "--", "*.py", ":!tests"]
    makers = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert makers.stdout.split() == ["incidents/services/after_shifts.py"]


def test_what_is_refused_is_shown_again_with_all_that_was_typed(ended: Ended) -> None:
    ended.end()
    answer = ended.call(note="Ring 0904 555 0199")
    page = answer.content.decode()
    assert answer.status_code == 422 and "Ring 0904 555 0199" in page
    assert str(ended.night.place.pk) in page and ended.night.place.name not in page
    assert ended.call().status_code == 302
