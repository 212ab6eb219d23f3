"""Who is reminded of an incident: once each, of what is still open, and never whoever was excluded."""

import pytest
from django.db.models import QuerySet

from incidents.rules import reminding
from incidents.services.decisions import agree_words, exclude_user
from incidents.services.reassurances import record_reassurance
from reminders.kinds import find_subject
from reminders.models import Reminder
from reminders.services import top_up
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db


def test_each_is_told_once_of_what_is_open_and_a_done_step_escalates_to_nobody() -> None:
    night = Night()
    incident = night.incident()
    about = {"actor": night.actor(night.supervisor), "incident_id": incident.pk}

    def waiting(rule: str) -> QuerySet[Reminder]:
        return Reminder.objects.waiting().filter(subject_id=incident.pk, rule=rule, channel="email")

    given = waiting(reminding.INCIDENT_GIVEN)
    assert set(given.values_list("recipient", flat=True)) == {night.lead.pk, night.supervisor.pk}
    late = waiting(reminding.INCIDENT_LATE)
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


def test_a_message_names_no_place_and_no_organisation() -> None:
    night = Night()
    incident = night.incident()
    subject = find_subject("incident")
    row = subject.seen_by(night.actor(), [incident.pk])[incident.pk]
    for rule in (reminding.INCIDENT_GIVEN, reminding.INCIDENT_DUE, reminding.INCIDENT_LATE):
        title, lines = subject.words(rule, row)
        said = " ".join([title, *lines])
        assert "Al-Noor" not in said and night.district.name not in said
    assert "– Call the affected place" in subject.words(reminding.INCIDENT_DUE, row)[1]
    assert subject.path(incident.pk) == f"/incidents/{incident.pk}/"
