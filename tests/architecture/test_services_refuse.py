"""Services raise DoesNotExist for rows that the actor cannot see, whichever door calls them.

The services are found by the names of their ID arguments, so a new service that takes `organisation_id` is
covered. Other arguments are made up, so a service that validates before it has found the row fails.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import ModuleType
from typing import Any, Final
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoDbBlocker

from accounts.actors import Actor
from accounts.models import Role
from contacts.models import Affiliation, Contact, Organisation
from contacts.services.contacts import edit_contact
from contacts.services.duplicates import mark_as_different
from lib.days import city_today
from meetings.models import FollowUpOrganisation, Meeting, MeetingContact, MeetingOrganisation
from meetings.services.concerns import edit_concern
from meetings.services.follow_ups import edit_follow_up
from meetings.services.meetings import edit_meeting
from reports.queries.periods import Period
from reviews.services.freezing import freeze_review
from tests.architecture.asking import undone
from tests.architecture.ground import Ground
from tests.architecture.shared_ground import ground_for_all

PACKAGES: Final = (
    "accounts.services",
    "exchange.imports",
    "contacts.merging",
    "contacts.queries.pairs",
    "contacts.services",
    "districts.services.districts",
    "incidents.services",
    "jobs.services.jobs",
    "meetings.services",
    "plans.services",
    "reminders.services.reminders",
    "reviews.services",
)
#: Row for an ID argument.
ROWS: Final = {
    "organisation_id": "organisation",
    "contact_id": "contact",
    "meeting_id": "meeting",
    "follow_up_id": "follow_up",
    "concern_id": "concern",
    "incident_id": "incident",
    "review_id": "review",
    "plan_id": "plan",
    "subscription_id": "subscription",
    "expected_id": "expected",
    "handover_id": "handover",
    "view_id": "view",
    "reminder_id": "notification",
    "draft_id": "import",
    "job_id": "job",
    "kept_id": "organisation",
}
#: Services that check the role before any row (the access matrix covers them).
ROLE_FIRST: Final = {"reminders.services.reminders.retry_reminder"}
#: Values that other arguments need before a service looks for its row.
OTHERS: Final[dict[str, Any]] = {
    "version": None,
    "reason": "They called or wrote",
    "scope": "one",
    "status": "held",
    "step": "undo",
}


def _modules() -> Iterator[ModuleType]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.iter_modules(getattr(package, "__path__", ())):
            yield importlib.import_module(f"{name}.{found.name}")


def services() -> dict[str, Callable[..., Any]]:
    """Return the functions that take an actor and the ID of a row with restricted visibility."""
    found: dict[str, Callable[..., Any]] = {}
    for module in _modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            taken = inspect.signature(function).parameters
            own = function.__module__ == module.__name__
            if f"{module.__name__}.{name}" in ROLE_FIRST:
                continue
            if own and not name.startswith("_") and "actor" in taken and taken.keys() & ROWS.keys():
                found[f"{module.__name__}.{name}"] = function
    return found


SERVICES: Final = services()


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with ground_for_all(django_db_blocker) as ground:
        yield ground


def call(function: Callable[..., Any], actor: Actor, rows: dict[str, Any]) -> None:
    """Call the service with the row's ID, and made-up values for arguments without a default."""
    given: dict[str, Any] = {"actor": actor}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in ROWS:
            given[name] = rows[ROWS[name]]
        elif name == "versions":
            given[name] = {rows["organisation"]: 1, rows["organisation_twin"]: 1}
        elif name in OTHERS:
            given[name] = OTHERS[name]
        elif (
            name != "actor"
            and parameter.default is parameter.empty
            and parameter.kind != parameter.VAR_KEYWORD
        ):
            given[name] = UUID(int=7) if name.endswith("_id") else f"made up {name}"
    with undone():
        function(**given)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("where", ["north", "none"])
def test_a_row_of_another_district_is_not_there(ground: Ground, name: str, where: str) -> None:
    """Tested for a supervisor, who has the most rights, and for an actor without districts."""
    actor = ground.actor(Role.SUPERVISOR, where)
    with pytest.raises(ObjectDoesNotExist):
        call(SERVICES[name], actor, ground.rows["south"])


def test_there_are_services() -> None:
    assert len(SERVICES) > 40


# --- References to other rows ---------------------------------------------------------------------


def organisations(rows: Mapping[str, Any]) -> list[Organisation]:
    return [Organisation.objects.get(pk=rows["organisation"])]


def test_an_edit_keeps_what_its_writer_does_not_see(ground: Ground) -> None:
    """The sent list replaces only rows that the actor can see; hidden rows stay."""
    actor, north, south = ground.actor(Role.SUPERVISOR, "north"), ground.rows["north"], ground.rows["south"]
    present = [{"organisation": one, "present": True} for one in organisations(north)]
    with undone():
        edit_meeting(actor=actor, meeting_id=north["meeting_held"], organisations=present, contacts=[])
        edit_follow_up(actor=actor, follow_up_id=north["follow_up"], organisations=organisations(north))
        edit_contact(actor=actor, contact_id=north["contact"], affiliations=[])
        hidden = {"organisation": south["organisation"]}
        assert MeetingOrganisation.objects.filter(meeting=north["meeting_held"], **hidden).exists()
        assert MeetingContact.objects.filter(meeting=north["meeting_held"], contact=south["contact"]).exists()
        assert FollowUpOrganisation.objects.filter(follow_up=north["follow_up"], **hidden).exists()
        assert Affiliation.objects.filter(contact=north["contact"], **hidden).exists()


def ties(ground: Ground, there: Mapping[str, Any]) -> list[str]:
    """Return the rows of the north that can be linked to these rows."""
    actor, north = ground.actor(Role.SUPERVISOR, "north"), ground.rows["north"]
    organisation = Organisation.objects.get(pk=there["organisation_twin"])
    person, meeting = Contact.objects.get(pk=there["contact_twin"]), Meeting.objects.get(pk=there["meeting"])
    ids = (north["organisation"], organisation.pk)
    role: Any = {"organisation": organisation, "role_title": "coordinator"}
    met: Any = {"actor": actor, "meeting_id": north["meeting_due"]}
    promised: Any = {"actor": actor, "follow_up_id": north["follow_up_repeated"]}
    tries: dict[str, Callable[[], Any]] = {
        "present": lambda: edit_meeting(
            **met, organisations=[{"organisation": organisation, "present": True}]
        ),
        "invited": lambda: edit_meeting(**met, contacts=[{"contact": person, "attendance": "invited"}]),
        "promised": lambda: edit_follow_up(**promised, organisations=[*organisations(north), organisation]),
        "promised to": lambda: edit_follow_up(**promised, contact=person),
        "promised at": lambda: edit_follow_up(**promised, meeting=meeting),
        "hit": lambda: edit_concern(actor=actor, concern_id=north["concern"], site_organisation=organisation),
        "heard at": lambda: edit_concern(actor=actor, concern_id=north["concern"], meeting=meeting),
        "speaks": lambda: edit_contact(actor=actor, contact_id=north["contact"], affiliations=[role]),
        "different": lambda: mark_as_different(actor=actor, object_type="organisation", ids=ids),
    }
    let_in = []
    for name, attempt in tries.items():
        with undone():
            try:
                attempt()
                let_in.append(name)
            except (ValidationError, ObjectDoesNotExist):
                continue
    return let_in


def test_nothing_can_be_tied_to_what_its_writer_does_not_see(ground: Ground) -> None:
    assert ties(ground, ground.rows["south"]) == []
    assert len(ties(ground, ground.rows["north"])) == 9


def test_an_audit_of_another_district_is_not_handed_out_by_its_id(ground: Ground) -> None:
    actor, today = ground.actor(Role.SUPERVISOR, "north"), city_today()
    with undone(), transaction.atomic(), pytest.raises(IntegrityError):
        freeze_review(
            actor=actor,
            district_id=ground.rows["north"]["district_id"],
            period=Period(today - timedelta(days=30), today),
            samples=1,
            id=ground.rows["south"]["review_signed"],
        )
