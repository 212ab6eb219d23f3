"""Who is reminded of an incident: once each, of what is still open, and never whoever was excluded."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from incidents.rules import reminders
from incidents.services.decisions import agree_words
from incidents.services.exclusions import exclude_user
from incidents.services.judgements import assess_tension
from incidents.services.reassurances import record_reassurance
from lib.days import city_today
from reminders.models import Reminder
from reminders.models.subjects import find_subject
from reminders.services.reminders import top_up
from tests.factories import make_district, make_supervisor
from tests.incidents.making import Night, make_protocol
from tests.reports.city import at

pytestmark = pytest.mark.django_db


def test_each_is_told_once_of_what_is_open_and_a_done_step_escalates_to_nobody() -> None:
    night = Night()
    incident = night.incident()
    about = {"actor": night.actor(night.supervisor), "incident_id": incident.pk}

    def waiting(rule: str) -> QuerySet[Reminder]:
        return Reminder.objects.waiting().filter(subject_id=incident.pk, rule=rule, channel="email")

    given = waiting(reminders.INCIDENT_GIVEN)
    assert set(given.values_list("recipient", flat=True)) == {night.lead.pk, night.supervisor.pk}
    late = waiting(reminders.INCIDENT_LATE)
    call, words = (night.step(incident, *one) for one in (("reassurance", night.place), ("words",)))
    moments = {call.escalate_at, words.escalate_at}
    assert moments <= set(late.values_list("occurrence", flat=True))
    before = Reminder.objects.count()
    top_up()
    assert Reminder.objects.count() == before

    record_reassurance(**about, organisation_id=night.place.pk, result="reached")
    agree_words(**about, words="Officers are there.")
    assert not moments & set(late.values_list("occurrence", flat=True))
    exclude_user(**about, user_id=night.lead.pk)
    assert not Reminder.objects.waiting().filter(subject_id=incident.pk, recipient=night.lead).exists()


def test_supervisors_reassess_tension_by_day_at_the_moment_of_the_last_assessment() -> None:
    night = Night()
    incident = night.incident()
    about: dict[str, Any] = {"actor": night.actor(night.supervisor), "incident_id": incident.pk}
    said = {"level": 2, "trend": "steady", "consulted": [night.place]}
    tomorrow = city_today() + timedelta(days=1)
    rows = Reminder.objects.waiting().filter(rule=reminders.INCIDENT_LOOK_AGAIN, channel="email")
    with pytest.raises(ValidationError, match="in the future"):
        assess_tension(**about, **said, look_again_at=timezone.now())
    for hour, told_at in ((3, 9), (15, 15)):
        assess_tension(**about, **said, look_again_at=at(tomorrow, hour))
        assert list(rows.values_list("recipient", "occurrence")) == [
            (night.supervisor.pk, at(tomorrow, told_at))
        ]
    assess_tension(**about, **said)
    assert not rows.exists(), "the last assessment sets no moment"


def test_a_protocol_in_force_is_reviewed_by_supervisors_of_its_district_until_it_is_replaced() -> None:
    night, far = Night(), make_supervisor(make_district())
    day = city_today() + timedelta(days=2)
    rows = Reminder.objects.waiting().filter(rule=reminders.PROTOCOL_REVIEW, channel="email")
    make_protocol(code="city", review_on=day)
    assert set(rows.values_list("recipient", flat=True)) == {night.supervisor.pk, far.pk}, "each is at a root"
    before = make_protocol(code="own", district=night.district, review_on=day)
    [own] = rows.filter(subject_id=before.pk)
    assert (own.recipient, own.occurrence) == (night.supervisor, at(day, 9))
    subject = find_subject("protocol")
    assert subject.rows_visible_to(night.actor(), [before.pk])[before.pk] == before
    assert subject.path(before.pk) == f"/protocols/{before.pk}/"
    make_protocol(code="own", district=night.district)
    assert not rows.filter(subject_id=before.pk).exists()


def test_a_message_names_no_place_and_no_organisation() -> None:
    night = Night()
    incident = night.incident()
    subject = find_subject("incident")
    row = subject.rows_visible_to(night.actor(), [incident.pk])[incident.pk]
    for rule in (reminders.INCIDENT_GIVEN, reminders.INCIDENT_DUE, reminders.INCIDENT_LATE):
        title, lines = subject.words(rule, row)
        said = " ".join([title, *lines])
        assert "Al-Noor" not in said and night.district.name not in said
    assert "– Call the affected place" in subject.words(reminders.INCIDENT_DUE, row)[1]
    assert subject.path(incident.pk) == f"/incidents/{incident.pk}/"
