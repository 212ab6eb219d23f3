"""Privacy officers are mailed once if the activity log is no longer numbered or sealed."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role
from audit.models import Action, Event
from audit.services.sealing import seal
from crm.tasks import tell_of_standing_trail
from tests.audit.events_of_the_owner import insert_event
from tests.audit.numbering import publish_all
from tests.audit.sealing import use_key
from tests.factories import make_user


@pytest.fixture(autouse=True)
def untold(committed_db: None) -> None:
    cache.clear()


def test_privacy_officers_are_mailed_once_until_it_goes_on(settings: Settings, tmp_path: Path) -> None:
    use_key(settings, tmp_path)
    ago = timezone.now() - timedelta(minutes=10)
    privacy = make_user(Role.PRIVACY_OFFICER)
    make_user(Role.ADMINISTRATOR)
    assert tell_of_standing_trail() == 0
    insert_event(ago)
    assert (tell_of_standing_trail(), tell_of_standing_trail()) == (1, 0)
    (message,) = mail.outbox
    assert message.to == [privacy.email]
    assert "no longer protected" in message.subject
    assert Event.objects.get(action=Action.NOTIFY).object_ids == [privacy.pk]
    publish_all()
    seal()
    assert tell_of_standing_trail() == 0
    insert_event(ago)
    assert tell_of_standing_trail() == 1
