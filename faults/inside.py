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

from accounts.actors import SYSTEM, actor_for  # noqa: E402 (after setup)
from accounts.models import Role, User  # noqa: E402 (after setup)
from api.models import ApiKey  # noqa: E402 (after setup)
from api.services.keys import create_key  # noqa: E402 (after setup)
from api.services.webhooks import create_webhook  # noqa: E402 (after setup)
from contacts.services.contacts import create_contact  # noqa: E402 (after setup)
from contacts.services.organisations import create_organisation  # noqa: E402 (after setup)
from districts.models import District  # noqa: E402 (after setup)
from incidents.services.concerns import log_concern, open_incident  # noqa: E402 (after setup)
from incidents.services.protocols import approve_protocol, draft_protocol  # noqa: E402 (after setup)
from lib.days import city_today  # noqa: E402 (after setup)
from lib.fold import fold  # noqa: E402 (after setup)
from lib.row_context import act_as_system  # noqa: E402 (after setup)
from meetings.models import FollowUp, Meeting  # noqa: E402 (after setup)
from privacy.codes import RequestStatus, Verdict  # noqa: E402 (after setup)
from privacy.models import Erasure, Finding  # noqa: E402 (after setup)
from privacy.queries import erasure_plans  # noqa: E402 (after setup)
from privacy.queries.text_search import find_everywhere  # noqa: E402 (after setup)
from privacy.services import erasure_job  # noqa: E402 (after setup)
from privacy.services.requests import receive_request  # noqa: E402 (after setup)
from privacy.services.search_job import keep_findings  # noqa: E402 (after setup)
from reminders.models import Reminder  # noqa: E402 (after setup)
from reminders.services.reminders import top_up  # noqa: E402 (after setup)

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


def incidents(count: str) -> dict[str, object]:
    """Open incidents, each with a step that is due in a minute and escalates in two and in three."""
    ward = District(code="W1", name="Ward")
    ward.lineage = [district().pk, ward.pk]
    ward.save()
    people = [
        User(email=f"person{n}@police.example", name=f"Person {n}", reminder_channels=["email"])
        for n in range(OFFICERS + 2)
    ]
    for number, person in enumerate(people):
        person.role = Role.OFFICER if number < OFFICERS else Role.SUPERVISOR
        person.set_unusable_password()
        person.save()
        person.districts.set([district() if number == OFFICERS + 1 else ward])
    steps = [
        {"text": "Call", "who": "duty", "due_minutes": 1, "may_wait": False, "escalate_after_minutes": 1}
    ]
    drafted = draft_protocol(
        actor=SYSTEM, code="threat", name="Threat", kinds=["threat"], needs_bias=False, steps=steps
    )
    protocol = approve_protocol(actor=SYSTEM, protocol_id=drafted.pk)
    for number in range(int(count)):
        actor = actor_for(people[number % OFFICERS])
        concern = log_concern(actor=actor, district=ward, kinds=["threat"], bias_grounds=["unknown"])
        open_incident(actor=actor, concern_id=concern.pk, protocol_id=protocol.pk)
    return {"escalations": 2 * int(count)}


def leave() -> dict[str, object]:
    """Deactivate every other officer. Their steps pass on."""
    found = User.objects.with_role(Role.OFFICER).order_by("email")[::2]
    return {"left": User.objects.filter(pk__in=[one.pk for one in found]).update(is_active=False)}


def person(count: str) -> dict[str, object]:
    """Create a contact and meetings that name the person, and an erasure that is decided."""
    contact = create_contact(
        actor=SYSTEM, given_name="Leila", family_name="Haddad", email="leila@example.org",
        home_district=district(),
    )  # fmt: skip
    Meeting.objects.bulk_create(
        Meeting(
            subject=str(number), kind="visit", status="held", starts_at=timezone.now(), district=district(),
            facts=f"Leila Haddad opened hall {number}", folded=fold(f"Leila Haddad opened hall {number}"),
            headcount=3,
        )
        for number in range(int(count))
    )  # fmt: skip
    row = receive_request(
        actor=SYSTEM, terms={"names": ["Leila Haddad"]}, regimes=["gdpr"], kind="erase", channel="letter",
        received_on=city_today(),
    )  # fmt: skip
    keep_findings(row, find_everywhere(row))
    Finding.objects.of_request(row).update(verdict=Verdict.THEIRS)
    row.contact_id, row.status = contact.pk, RequestStatus.DECIDING
    row.save()
    erasure = Erasure.objects.create(request=row)
    erasure_job.begin(erasure)
    return {"erasure": str(erasure.pk)}


def erase(erasure: str) -> dict[str, object]:
    """Erase the person of a decided erasure. Says when it begins."""
    row = Erasure.objects.select_related("request").get(pk=erasure)
    print("{}", flush=True)
    search = erasure_plans.search_for(row.request)
    erasure_job.carry_out(SYSTEM, erasure_job.places_of(row), row.contact_ids, search)
    return {"places": len(row.places or ())}


WHAT: dict[str, Callable[..., dict[str, object]]] = {
    "promises": promises,
    "incidents": incidents,
    "leave": leave,
    "key": key,
    "person": person,
    "erase": erase,
    "webhook": webhook,
    "organisations": organisations,
    "district": lambda: {"code": district().code},
}

if __name__ == "__main__":
    act_as_system()
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
