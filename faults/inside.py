"""Test data for an experiment, created by the application: `python -m faults.inside WHAT …`.

Prints one line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import django

django.setup()

from django.utils import timezone  # noqa: E402 (after setup)

from accounts.actors import SYSTEM  # noqa: E402 (after setup)
from accounts.models import Role, User  # noqa: E402 (after setup)
from api.models import ApiKey  # noqa: E402 (after setup)
from api.services.keys import create_key  # noqa: E402 (after setup)
from api.services.webhooks import create_webhook  # noqa: E402 (after setup)
from contacts.services.organisations import create_organisation  # noqa: E402 (after setup)
from districts.models import District  # noqa: E402 (after setup)
from lib.fold import fold  # noqa: E402 (after setup)
from meetings.models import FollowUp  # noqa: E402 (after setup)
from reminders.models import Reminder  # noqa: E402 (after setup)
from reminders.services import top_up  # noqa: E402 (after setup)

OFFICERS = 10


def district() -> District:
    found = District.objects.first()
    if found is None:
        found = District(code="D1", name="District")
        found.lineage = [found.pk]
        found.save()
    return found


def promises(count: str) -> dict[str, object]:
    """Create follow-ups due today for officers whose local time is afternoon, so an email is due for each."""
    offset = 14 - timezone.now().hour
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
    owners = [
        User(email=f"officer{n}@police.example", name=f"Officer {n}", role=Role.OFFICER, time_zone=zone)
        for n in range(OFFICERS)
    ]
    for owner in owners:
        owner.reminder_channels = ["email"]
        owner.set_unusable_password()
        owner.save()
        owner.districts.set([district()])
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    FollowUp.objects.bulk_create(
        FollowUp(
            title=f"Promise {n}",
            owner=owners[n % OFFICERS],
            due_on=today,
            first_due_on=today,
            folded=fold(f"Promise {n}"),
        )
        for n in range(int(count))
    )
    top_up()
    return {"due": Reminder.objects.due(timezone.now()).count()}


def key() -> dict[str, object]:
    """Create a key that may write organisations in the whole city."""
    scopes = ["organisations:read", "organisations:write", "changes:read", "webhooks:write"]
    _key, token = create_key(
        actor=SYSTEM,
        name="Faults",
        scopes=scopes,
        purpose="finding faults",
        source="faults",
        is_citywide=True,
        requests_per_minute=1_000_000,
    )
    return {"token": str(token), "district": district().code}


def webhook(url: str) -> dict[str, object]:
    """Create a webhook for all later changes of organisations."""
    found, _secret = create_webhook(actor=SYSTEM, key_id=ApiKey.objects.get().pk, name="Faults", url=url)
    return {"id": str(found.pk)}


def organisations(count: str, pause: str = "0") -> dict[str, object]:
    """Create organisations, each as a change of its own."""
    for number in range(int(count)):
        time.sleep(float(pause))
        create_organisation(actor=SYSTEM, name=f"Told {number}", kind="ngo", home_district=district())
    return {"made": int(count)}


WHAT: dict[str, Callable[..., dict[str, object]]] = {
    "promises": promises,
    "key": key,
    "webhook": webhook,
    "organisations": organisations,
    "district": lambda: {"code": district().code},
}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
