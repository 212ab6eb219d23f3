"""An administrator alone reads no record, whatever they do for a month.

A state machine tries: any page and any API address as the administrator, accounts of their own making, taken
over or changed, keys with any scopes, and time that passes. Nobody else does anything. No response may hold a
word of a record.
"""

import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from pytest_django import DjangoDbBlocker

from accounts import rules
from accounts.models import PendingAct, Role, User
from accounts.services.acts import withdraw_expired
from api.codes import Scope
from tests.architecture import canaries
from tests.architecture.asking import Asking
from tests.architecture.shared_ground import ground_for_all
from tests.architecture.test_access_matrix import FEED, RULES, told
from tests.examples import THOROUGH
from tests.factories import PASSWORD

pytestmark = pytest.mark.long

#: The secret addresses of a feed and of a key's tools belong to somebody else.
LINES: Final = sorted(line for line in RULES if line != FEED)
ABOUT_THEMSELVES: Final = ("accounts/", "settings/sessions/")  # a rule of its own signs in
LINES_TRIED: Final = [line for line in LINES if not line.split(" ", 1)[1].startswith(ABOUT_THEMSELVES)]
READ: Final = [line for line in LINES_TRIED if line.startswith("GET ")]
OWN: Final = "@evil.example"  # mail to these addresses reaches the administrator
TOKEN: Final = re.compile(r"crm_[0-9a-f]{32}\.[\w-]+")
WEEK: Final = rules.DAYS_APART
PLACES: Final = st.sampled_from(["north", "south"])


@pytest.fixture(scope="module")
def asking(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asking]:
    logging.disable(logging.CRITICAL)
    with ground_for_all(django_db_blocker) as ground:
        yield Asking(ground)
    logging.disable(logging.NOTSET)


class Alone(RuleBasedStateMachine):
    """What one administrator can do. Every rule is a request through a door, and time that passes."""

    asking: Asking

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.admin = self.asking.ground.users[Role.ADMINISTRATOR, "north"]
        self.clients = [deepcopy(self.asking.ground.client(Role.ADMINISTRATOR, "north"))]
        self.made = 0
        rules.DAYS_APART = WEEK

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def _number(self) -> int:
        self.made += 1
        return self.made

    def _post(self, path: str, **sent: Any) -> Any:
        return self.clients[0].post(path, sent)

    def _person(self, where: str, role: str) -> User:
        users = self.asking.ground.users
        return users.get((role, where)) or users[role, "north"]

    def _read(self, client: Client, line: str, where: str) -> None:
        method, route = line.split(" ", 1)
        ask = self.asking.ask(method, route, where)
        response = ask._send(client, {"X-Purpose": "trying everything"})
        assert canaries.leaked(told(ask, response), ("north", "south")) == [], line

    @rule(line=st.sampled_from(LINES_TRIED), where=PLACES, by=st.integers(0, 9))
    def open_or_send_anything(self, line: str, where: str, by: int) -> None:
        self._read(self.clients[by % len(self.clients)], line, where)

    @rule(role=st.sampled_from(Role.values), where=PLACES)
    def invite_oneself(self, role: str, where: str) -> None:
        district = self.asking.ground.districts[where].pk
        address = f"own{self._number()}{OWN}"
        self._post(
            "/settings/people/invite/",
            name="Me",
            email=address,
            role=role,
            districts=[district],
            language="en-gb",
        )

    @rule(role=st.sampled_from(Role.values), where=PLACES, given=st.sampled_from(["", *Role.values]))
    def take_over(self, role: str, where: str, given: str) -> None:
        """Change the address, and perhaps the role, of a colleague, and have the second factor reset."""
        user = User.objects.get(pk=self._person(where, role).pk)
        self._post(
            f"/settings/people/{user.pk}/",
            name=user.name,
            email=f"{user.pk}{OWN}",
            role=given or user.role,
            districts=[str(pk) for pk in user.districts.values_list("pk", flat=True)],
            version=user.version,
            is_active="on",
        )
        self._post(f"/settings/people/{user.pk}/second-factor/")

    @rule(where=PLACES)
    def empty_an_account_then_take_it_over(self, where: str) -> None:
        user = User.objects.get(pk=self._person(where, Role.OFFICER).pk)
        for sent in ({"is_active": ""}, {"email": f"{user.pk}{OWN}", "is_active": "on"}):
            user.refresh_from_db()
            kept = {"name": user.name, "email": user.email, "role": user.role, "version": user.version}
            self._post(f"/settings/people/{user.pk}/", **(kept | sent))

    @rule(by=st.integers(0, 9))
    def sign_in_with_an_own_address(self, by: int) -> None:
        """A reset link comes to an own address, and whoever has it can sign in and set up a second factor."""
        if own := list(User.objects.active().filter(email__endswith=OWN).order_by("pk")):
            client = Client()
            user = own[by % len(own)]
            client.force_login(user)
            User.objects.filter(pk=user.pk).update(password=self.admin.password, last_login=timezone.now())
            client.post("/accounts/reauthenticate/", {"password": PASSWORD})
            self.clients.append(client)

    @rule(scopes=st.sets(st.sampled_from(Scope.values), min_size=1), line=st.sampled_from(READ), where=PLACES)
    def make_a_key(self, scopes: set[str], line: str, where: str) -> None:
        page = self._post(
            "/settings/keys/new/",
            name="Tool",
            purpose="participation",
            source=f"tool{self._number()}",
            scopes=sorted(scopes),
            is_citywide="on",
            days=30,
            daily_contacts=500,
            requests_per_minute=600,
        )
        found = TOKEN.search(page.content.decode())
        assert found, "no key was made"
        self.clients.append(Client(headers={"authorization": f"Bearer {found[0]}"}))
        for api in ("organisations", "contacts", "meetings", "follow-ups", "concerns"):
            self._read(self.clients[-1], f"GET api/v1/{api}/", where)

    @rule(by=st.integers(0, 9))
    def confirm_what_waits(self, by: int) -> None:
        for act in PendingAct.objects.waiting():
            version = act.user.version if act.user else ""
            sent = {"decision": "confirm", "version": version}
            self.clients[by % len(self.clients)].post(f"/settings/waiting/{act.pk}/", sent)

    @rule()
    def wait_a_week(self) -> None:
        """All that was asked before is withdrawn, and nobody counts any longer as changed lately."""
        rules.DAYS_APART = 0
        PendingAct.objects.waiting().update(asked_at=timezone.now() - rules.ACT_WAITS)
        withdraw_expired()


def test_an_administrator_alone_reads_nothing(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "DAYS_APART", WEEK)  # restored after the month
    monkeypatch.setattr(Alone, "asking", asking, raising=False)
    run_state_machine_as_test(
        Alone,
        settings=settings(
            max_examples=10 if THOROUGH else 3,
            stateful_step_count=60 if THOROUGH else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
