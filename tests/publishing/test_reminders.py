"""Supervisors are reminded of what waits on public pages; the writer of an entry is not."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from publishing.models import PublicEntry, PublicListing, Registration
from publishing.rules.reminders import route_reminders
from publishing.rules.routes import Answers
from publishing.services.entries import approve_entry, draft_entry
from publishing.services.registrations import refuse_registration
from reminders.models import Reminder
from reminders.services.reminders import refresh_reminders
from tests.factories import make_district, make_supervisor
from tests.publishing.test_registrations import registered
from tests.publishing.town import Town

DAY = date(2026, 11, 27)


def test_a_test_is_asked_for_60_and_14_days_before_it_is_too_old_and_each_week_after() -> None:
    answered = Answers(is_local=True, answered_on=DAY)
    expires = DAY + timedelta(180)

    def asked(today: date) -> list[int]:
        return [(day - expires).days for _rule, day in route_reminders(answered, DAY, today)]

    assert asked(DAY) == [-60, -14]
    assert asked(expires - timedelta(60)) == [-60, -14]
    assert asked(expires - timedelta(30)) == [-14]
    assert asked(expires) == [0, 7]
    assert asked(expires + timedelta(70))[-1] >= 77
    assert next(day for _rule, day in route_reminders(Answers(is_local=True), DAY, DAY)) == DAY


@pytest.mark.django_db
def test_entries_and_registrations_remind_until_they_are_decided() -> None:
    north = make_district()
    writer, other = make_supervisor(north), make_supervisor(north)
    entry = draft_entry(
        actor=actor_for(writer), district_id=north.pk, language="en", said="Lamps", did="Repaired"
    )
    waiting = Reminder.objects.waiting()
    assert {one.recipient for one in waiting.filter(subject_id=entry.pk)} == {other}
    approve_entry(actor=actor_for(other), entry_id=entry.pk, tells_of_incident=False)
    assert not waiting.filter(subject_id=entry.pk).exists() and PublicEntry.objects.exists()
    row = registered(north)
    refresh_reminders("registered", row.pk)
    assert {one.recipient for one in waiting.filter(subject_id=row.pk)} == {writer, other}
    refuse_registration(actor=actor_for(writer), registration_id=row.pk, reason="An advertisement")
    assert not waiting.filter(subject_id=row.pk).exists() and Registration.objects.exists()


@pytest.mark.django_db
def test_a_listing_is_reviewed_after_a_year() -> None:
    town = Town()
    listing = PublicListing.objects.get(organisation=town.choir)
    assert (listing.review_on - timezone.localdate()).days == 365
    assert not listing.is_due_for_review(timezone.localdate())
    assert listing.is_due_for_review(listing.review_on)
