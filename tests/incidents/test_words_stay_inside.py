"""No free text of an incident leaves by API, change feed, webhook, email or export, whatever one may read.

Texts of other districts are canaries of tests/architecture/test_no_word_leaks.py.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.core import mail
from django.db import models
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from incidents.models import Debrief, DebriefVoice, Incident, IncidentStep, Reassurance, TensionAssessment
from incidents.services.decisions import agree_words
from incidents.services.judgements import assess_tension, sign_debrief
from incidents.services.reassurances import record_reassurance
from incidents.services.steps import mark_step
from lib.days import city_today
from reminders.services.reminders import refresh_reminders
from reminders.services.sending import send_due
from tests.api.clients import Tool
from tests.api.receivers import Receiver, receiving
from tests.api.test_webhooks import deliver, register
from tests.exchange.test_export_lists import export
from tests.incidents.making import Night

pytestmark = [pytest.mark.django_db, pytest.mark.long]

CANARY: Final = "Zaunkoenig"
MODELS: Final[tuple[type[models.Model], ...]] = (
    *(Incident, IncidentStep, Reassurance, TensionAssessment, Debrief, DebriefVoice),
)
#: Why there is no debrief: of one that was held it is empty.
EMPTY: Final = {"Debrief.waived_reason"}


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with receiving() as one:
        settings.WEBHOOK_ALLOWED_HOSTS = [one.place]
        yield one


def written(night: Night) -> Incident:
    """An incident with the canary in every text that a person typed."""
    incident = night.incident()
    about: dict[str, Any] = {"actor": night.actor(night.supervisor), "incident_id": incident.pk}
    case = night.step(incident, "case_reference")
    mark_step(**about, step_id=case.pk, note=f"{CANARY} unit")
    calls = {"organisation_id": night.place.pk, "note": f"{CANARY} answered"}
    record_reassurance(**about, result="left_message", call_again_on=city_today(), **calls)
    record_reassurance(**about, result="reached", needs=["patrol"], **calls)
    agree_words(**about, words=f"{CANARY} says so")
    said = dict.fromkeys(("experienced", "evidenced", "potential", "measures"), f"{CANARY} there")
    assess_tension(**about, level=2, trend="falling", not_consulted_reason=f"{CANARY} at night", **said)
    texts = dict.fromkeys(("why", "keep", "change", "no_action_reason"), f"{CANARY} then, at the debrief")
    voice = {"in_time": "yes", "next_time": f"{CANARY} earlier", "organisation": night.place}
    sign_debrief(**about, held_on=city_today(), voices=[voice], **texts)
    incident.refresh_from_db()
    return incident


def without_canary() -> list[str]:
    """Fields for typed texts of incidents that no row has the canary in: a new field is to be added above."""
    found = []
    for model in MODELS:
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            name = f"{model.__name__}.{field.name}"
            if is_text and not model._default_manager.filter(**{f"{field.name}__contains": CANARY}).exists():
                found.append(name)
    return sorted({*found} - EMPTY)


def test_texts_of_an_incident_stay_on_its_pages(receiver: Receiver, client: Client) -> None:
    night = Night(phone="+34910123456")
    tool = Tool(night.district)
    register(tool, receiver, types=["incidents", "concerns", "meetings", "follow-ups"])
    incident = written(night)
    assert without_canary() == []

    client.force_login(night.lead)
    page = f"/incidents/{incident.pk}/"
    for path in (page, f"{page}debrief/"):
        assert CANARY in client.get(path).text, "who works on it reads it"

    paths = ["/incidents/", f"/incidents/{incident.pk}/", "/concerns/", "/meetings/", "/follow-ups/"]
    paths += ["/organisations/", "/protocols/", "/changes/", "/trail/"]
    read = {path: tool.get(path) for path in paths}
    assert str(incident.pk) in read["/incidents/"].text
    for path, answer in read.items():
        assert answer.status_code in (200, 403, 404), path
        assert CANARY not in answer.text, path

    assert deliver()
    assert any(str(incident.pk) in str(one) for one in receiver.rows)
    assert not any(CANARY in str(one) for one in receiver.rows)

    IncidentStep.objects.open().update(due_at=timezone.now() - timedelta(minutes=1))
    refresh_reminders("incident", incident.pk)
    send_due()
    assert not any(CANARY in str(one.message()) for one in mail.outbox)

    for noun in ("organisations", "meetings", "follow-ups", "concerns"):
        _job, content = export(night.supervisor, f"/{noun}/export/")
        assert CANARY not in content.decode("utf-8-sig"), noun
