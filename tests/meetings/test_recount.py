"""`manage.py recount` after writes of every kind, and after manipulation of a row."""

import hashlib
import random
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from contacts.models import Contact, Organisation
from contacts.services.organisations import edit_organisation
from contacts.services.search_fields import fold_contact, fold_organisation
from jobs.models import Job, JobStatus
from jobs.services.running import run_next
from meetings.codes import MeetingStatus, Outcome
from meetings.models import Meeting
from meetings.services.folding import RULES
from meetings.services.held_meetings import log_meeting
from meetings.services.meetings import cancel_meeting, edit_meeting, restore_meeting
from meetings.services.recounting import recount_after_upgrade
from tests.contacts.labelled_names import labelled_pairs
from tests.factories import make_district, make_meeting, make_organisation

pytestmark = pytest.mark.django_db


def recount(*arguments: str) -> str:
    out = StringIO()
    call_command("recount", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_written_the_summaries_stay_right(seed: int) -> None:
    chance = random.Random(seed)
    north = make_district()
    known = [make_organisation(north, cadence_days=chance.choice([None, 30, 90])) for _n in range(6)]

    def some_rows() -> list:
        return [{"organisation": o, "present": chance.random() < 0.7} for o in chance.sample(known, 3)]

    def some_outcomes() -> list[str]:
        return chance.sample(Outcome.values, chance.randint(0, 2))

    for _step in range(40):
        step, meetings = chance.randint(0, 4), list(Meeting.objects.all())
        if step == 0 or not meetings:
            log_meeting(
                actor=SYSTEM,
                subject="A chat",
                kind="visit",
                starts_at=timezone.now() - timedelta(hours=chance.randint(1, 5000)),
                district=north,
                outcomes=some_outcomes(),
                organisations=some_rows(),
            )
            continue
        meeting = chance.choice(meetings)
        if step == 1:
            edit_meeting(actor=SYSTEM, meeting_id=meeting.pk, organisations=some_rows())
        elif step == 2:
            edit_meeting(
                actor=SYSTEM,
                meeting_id=meeting.pk,
                outcomes=some_outcomes(),
                starts_at=timezone.now() - timedelta(hours=chance.randint(1, 5000)),
            )
        elif meeting.status == MeetingStatus.CANCELLED:
            restore_meeting(actor=SYSTEM, meeting_id=meeting.pk, status=MeetingStatus.HELD)
        elif step == 3:
            cancel_meeting(actor=SYSTEM, meeting_id=meeting.pk)
        else:
            edit_organisation(
                actor=SYSTEM,
                organisation_id=chance.choice(known).pk,
                cadence_days=chance.choice([None, 7, 60]),
                status=chance.choice(["active", "dormant"]),
            )
    assert Organisation.objects.filter(last_met_at__isnull=False).exists()
    assert recount().count(": 0 wrong of 6") == 2


def test_a_tampered_row_is_found_and_put_right() -> None:
    organisation = make_organisation(cadence_days=30)
    make_organisation()
    Organisation.objects.filter(pk=organisation.pk).update(last_met_at=timezone.now(), meet_by=None)
    with pytest.raises(CommandError, match="2 differences"):
        recount()
    assert "2 put right" in recount("--fix")
    assert recount().count(": 0 wrong of 2") == 2
    organisation.refresh_from_db()
    assert organisation.last_met_at is None
    assert organisation.meet_by is not None


def test_clues_of_an_older_version_are_found_and_made() -> None:
    organisation = make_organisation(name="Casa Roma")
    Organisation.objects.filter(pk=organisation.pk).update(clues=[])
    with pytest.raises(CommandError, match="1 difference"):
        recount()
    assert "1 put right" in recount("--fix")
    organisation.refresh_from_db()
    assert "name:casa roma" in organisation.clues


def test_what_an_older_version_found_in_one_script_only_is_put_right() -> None:
    meeting = make_meeting(subject="Кафе", place="")
    other = make_meeting(subject="Coffee", place="")
    Meeting.objects.filter(pk=meeting.pk).update(folded="кафе")
    with pytest.raises(CommandError, match="1 difference"):
        recount()
    assert "1 put right" in recount("--fix")
    meeting.refresh_from_db()
    assert (meeting.folded, other.folded) == ("кафе kafe", "coffee")
    recount()  # raises if a summary is still wrong


def test_an_upgrade_renews_what_an_older_version_stored_once(settings: Settings) -> None:
    meeting = make_meeting(subject="Coffee", place="", facts="Somebody heard of lanterns")
    Meeting.objects.filter(pk=meeting.pk).update(folded="coffee somebody heard of lanterns")
    Job.objects.create(kind="recount", status=JobStatus.DONE, parameters={"rules": RULES - 1})
    assert recount_after_upgrade()
    assert not recount_after_upgrade()  # it waits already
    while run_next():
        pass
    meeting.refresh_from_db()
    assert (meeting.folded, meeting.version) == ("coffee", 1)
    job = Job.objects.latest("created_at")
    assert (job.status, job.result) == (JobStatus.DONE, {"corrected": 1})
    assert not recount_after_upgrade()
    settings.SEARCH_FACTS = True
    assert recount_after_upgrade()


def test_a_recount_that_failed_is_tried_again_after_an_hour() -> None:
    recount_after_upgrade()
    Job.objects.update(status=JobStatus.FAILED)
    assert not recount_after_upgrade()
    Job.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert recount_after_upgrade()


def test_a_changed_rule_of_folding_raises_the_number_of_the_rules() -> None:
    """If this fails, raise RULES and put the new digest here."""
    digest = hashlib.sha256()
    for pair in labelled_pairs():
        for name in (pair.one, pair.other):
            organisation, person = Organisation(name=name), Contact(family_name=name)
            fold_organisation(organisation)
            fold_contact(person)
            for row in (organisation, person):
                digest.update(f"{row.folded}{row.clues}".encode())
    assert (RULES, digest.hexdigest()[:16]) == (2, "b2925eb161b0fae6")
