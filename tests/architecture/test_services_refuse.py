"""Both doors call the services, and so may others to come: each finds a row only for who sees it.

The services are found by their names for rows: a new one that takes `organisation_id` is asked too. What
else it takes is made up, so a service that looks at anything before it has found the row fails here.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from pytest_django import DjangoDbBlocker

from accounts.actors import Actor
from accounts.models import Role
from tests.architecture.asking import undone
from tests.architecture.ground import Ground, ground_for_all

PACKAGES: Final = (
    "accounts.services",
    "contacts.imports",
    "contacts.merging",
    "contacts.pairs",
    "contacts.services",
    "districts.services",
    "jobs.services",
    "meetings.services",
    "reviews.services",
)
#: The row that an argument names.
ROWS: Final = {
    "organisation_id": "organisation",
    "contact_id": "contact",
    "meeting_id": "meeting",
    "follow_up_id": "follow_up",
    "concern_id": "concern",
    "review_id": "review",
    "subscription_id": "subscription",
    "expected_id": "expected",
    "handover_id": "handover",
    "view_id": "view",
    "reminder_id": "notification",
    "draft_id": "import",
    "job_id": "job",
    "kept_id": "organisation",
}
#: Refused by role before any row is looked for (the matrix says to whom).
ROLE_FIRST: Final = {"meetings.services.reminders.retry_reminder"}
#: What other arguments have to be for a service to come as far as its row.
OTHERS: Final[dict[str, Any]] = {
    "version": None,
    "reason": "They called or wrote",
    "scope": "one",
    "only_this": True,
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
    """Functions that take an actor and the id of a row that not everybody sees."""
    found = {}
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
    """With the row's id; whatever else has no default is made up."""
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
    """For a supervisor, who may do most; whoever has no district finds nothing either."""
    actor = ground.actor(Role.SUPERVISOR, where)
    with pytest.raises(ObjectDoesNotExist):
        call(SERVICES[name], actor, ground.rows["south"])


def test_there_are_services() -> None:
    assert len(SERVICES) > 40
