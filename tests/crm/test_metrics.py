"""Metrics are available only with the token, and contain no personal data."""

import re

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from audit.tasks import seal_trail
from crm.backups import BACKUP
from crm.embedded.run import free_port
from jobs.models import Job, JobStatus
from reminders.models import Reminder
from reminders.services.sending import send_due
from tests.crm.test_health import mail_to_a_refused_mailbox
from tests.factories import make_district, make_officer, make_organisation
from tests.plugins import services
from tests.plugins.mail import MailSink
from tests.reminders.test_sending import make_due, make_owner

pytestmark = pytest.mark.django_db

TOKEN = "a token for the metrics"


def ask(token: str = TOKEN) -> tuple[int, str]:
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {token}"} if token else {})
    return answer.status_code, answer.content.decode()


def test_closed_where_no_token_is_set(settings: Settings) -> None:
    assert settings.METRICS_TOKEN == ""
    assert ask()[0] == 404
    assert ask("")[0] == 404


def test_open_only_for_who_sends_it(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert ask()[0] == 200
    assert ask("")[0] == 401
    assert ask("another")[0] == 401


def test_they_know_of_seals_that_failed_backups_and_delayed_mail(
    settings: Settings, mail_sink: MailSink
) -> None:
    def values() -> dict[str, float]:
        found = re.findall(r"^proximity_(\w+) (\S+)$", ask()[1], re.MULTILINE)
        return {name: float(value) for name, value in found}

    settings.METRICS_TOKEN, settings.AUDIT_SIGNING_KEY_FILE = TOKEN, ""
    make_due(make_owner("email"))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    send_due()
    for _minute in range(2):
        seal_trail()
    Job.objects.create(kind=BACKUP, status=JobStatus.DONE, finished_at=timezone.now())
    found = values()
    assert (found["reminders_delayed"], found["seal_failures"]) == (1, 2)
    assert found["backup_age_seconds"] < 60 < found["drill_age_seconds"]

    settings.EMAIL_PORT = port
    Reminder.objects.waiting().update(lease_until=None)
    send_due()
    assert values()["reminders_delayed"] == 0


def test_a_refused_mailbox_is_counted(settings: Settings, mail_sink: MailSink) -> None:
    settings.METRICS_TOKEN = TOKEN
    mail_to_a_refused_mailbox(mail_sink)
    assert "proximity_mails_delayed 1.0" in ask()[1]


def test_they_count_requests_and_waiting_work_and_name_nobody(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *settings.MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
    officer = make_officer(make_district("Canaryville"), name="Zofia Canary")
    organisation = make_organisation(officer.districts.get(), name="Canary Choir")
    client = Client()
    client.force_login(officer)
    client.get(reverse("organisation", args=[organisation.pk]), {"q": "Canary"})
    status, text = ask()
    assert status == 200
    assert 'view="organisation"' in text
    assert re.search(r"^proximity_reminders_due 0\.0$", text, re.MULTILINE)
    assert re.search(r"^proximity_worker_alive 0\.0$", text, re.MULTILINE)
    assert re.search(r"^proximity_trail_unnumbered [1-9]", text, re.MULTILINE)
    assert re.search(r"^proximity_backup_age_seconds \+Inf$", text, re.MULTILINE)
    assert "Canary" not in text
    labels = re.findall(r'="([^"]*)"', text)
    assert not [label for label in labels if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|@", label)]


def test_the_rules_for_prometheus_cover_each_metric_of_the_guide(settings: Settings) -> None:
    """An alert names a metric that /metrics has, and a metric with an alert in the guide has a rule."""
    settings.METRICS_TOKEN = TOKEN
    served = set(re.findall(r"^# TYPE (proximity_\w+)", ask()[1], re.MULTILINE))
    groups = yaml.safe_load((services.ROOT / "deploy" / "prometheus" / "proximity.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert all(rule["annotations"].keys() == {"summary", "do"} for rule in rules)
    asked = {name for rule in rules for name in re.findall(r"proximity_\w+", rule["expr"])}
    guide = (services.ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| (`proximity_.*?) \|", guide, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(proximity_\w+)`", row)}
    assert listed <= asked <= served
