"""The response of every route to every kind of reader, compared with matrix.toml."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_django import DjangoDbBlocker

from accounts.rules import CONFIRMERS_PAGES
from audit.models import Event
from audit.rules import name_and_how
from tests.architecture import canaries, leaving
from tests.architecture.asking import Ask, Asking, undone
from tests.architecture.ground import WHERE
from tests.architecture.shared_ground import ground_for_all
from tests.architecture.test_every_page_is_closed import OPEN, routes
from tests.examples import quickly

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("quiet_log")]

TABLE: Final = Path(__file__).with_name("matrix.toml")
ROLES: Final = ("nobody", "officer", "supervisor", "privacy_officer", "administrator", "confirmer")
KEYS: Final = ("key", "scopeless")
#: Number of places in a column: the reader's own district, another district, and a reader without districts.
PLACES: Final = {"officer": 3, "supervisor": 3, "privacy_officer": 2, "administrator": 2, "key": 3}
DENIED: Final = {"login", "401", "403", "404", "405", "422"}

#: A URL with the ID of a row. Without it, the form itself names rows.
NAMES_A_ROW: Final = re.compile(r"<(?:uuid|district_code):")

#: The URL is the secret: its holder sees the data of that officer's districts.
FEED: Final = "GET feeds/<str:token>/meetings.ics"

Rule = dict[str, Any]


def rules() -> dict[str, Rule]:
    """Return the declared rules by method and route."""
    found: dict[str, Rule] = {}
    for rule in tomllib.loads(TABLE.read_text())["rule"]:
        for line in rule["routes"]:
            assert line not in found, f"declared twice: {line}"
            found[line] = rule
    return found


RULES: Final = rules()
#: The first route of each rule, as an example of the routes that share their answers.
QUICK: Final = {rule["routes"][0] for rule in RULES.values()}


def methods(route: str) -> tuple[str, ...]:
    return ("GET", "POST", "PATCH", "DELETE", "PUT") if route.startswith("api/v1") else ("GET", "POST")


def expected(rule: Rule, column: str) -> list[str]:
    """Return an expected response for each place. A single entry applies to all places."""
    answers = str(rule[column]).split()
    return answers * PLACES.get(column, 1) if len(answers) == 1 else answers


@pytest.fixture(scope="module")
def asking(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asking]:
    """Requests in one city for all tests. Writes are rolled back."""
    with ground_for_all(django_db_blocker) as ground:
        yield Asking(ground)


def answer(asking: Asking, line: str, column: str, place: str, wanted: str = "") -> str:
    """Return the status for this reader. Redirects to sign-in are `login` and `again`."""
    ask = ask_for(asking, line, place, wanted)
    headers = {"X-Purpose": "testing the matrix"}
    if column in KEYS:
        client = asking.ground.tools[_tool(column, place, line)].client
    else:
        client = asking.ground.client(column, "none" if place == "none" else "north")
    response = ask.by(client, **headers)
    assert canaries.leaked(told(ask, response), hidden_from(line, column, place)) == []
    if response.status_code == 302 and re.match(r"/accounts/(login|reauthenticate)/", response["Location"]):
        return "login" if "login" in response["Location"] else "again"
    return str(response.status_code)


def ask_for(asking: Asking, line: str, place: str, wanted: str) -> Ask:
    """Return the request of a reader who is to get this answer.

    A role is refused whatever it sends, so that input errors reveal nothing: it sends an empty form.
    Where the row of a URL is not there, the form of the own row is sent to it.
    """
    method, route = line.split(" ", 1)
    where = {"other": "south", "shared": "shared"}.get(place, "north")
    is_form = method == "POST" and not route.startswith(("api", "accounts"))
    if is_form and wanted == "403" and place == "own":
        return Ask(method, asking.ask("GET", route, where).path, {})
    if is_form and wanted == "404" and place == "other" and NAMES_A_ROW.search(route):
        own = asking.ask(method, route, "north")
        return replace(own, path=asking.ask("GET", route, where).path)
    return asking.ask(method, route, where)


def _tool(column: str, place: str, line: str) -> str:
    """Return the key to use: without districts, without the scope, or of the north."""
    if column == "scopeless":
        takes_that = "organisation" in line or "v1/publishing/" in line
        return "scopeless of organisations" if takes_that else "scopeless"
    return "key none" if place == "none" else "key own"


def told(ask: Ask, response: Any) -> str:
    """Return the text of the response without the reader's own input."""
    text = canaries.text_of(response).casefold()
    for values in ask.sent.values() if isinstance(ask.sent, dict) else ():
        for value in values if isinstance(values, list) else [values]:
            text = text.replace(str(value).casefold(), "") if len(str(value)) > 5 else text
    return text


def hidden_from(line: str, column: str, place: str) -> tuple[str, ...]:
    """Return the districts whose words this reader must not see."""
    if line == FEED:
        return ("north",) if place == "other" else ("south",)
    if column == "privacy_officer":
        return ()
    works_here = column in ("officer", "supervisor", "key") and place != "none"
    return ("south",) if works_here else ("north", "south")


def observe(asking: Asking, line: str, declared: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the response for each place of these columns, without requests that prove nothing new."""
    found = {}
    same = asking.is_the_same(*line.split(" ", 1))  # the same for both districts: one request is enough
    for column, wanted in declared.items():
        if is_closed_before_its_view(asking, line, column, wanted):
            found[column] = wanted
            continue
        answers = [answer(asking, line, column, "own", wanted[0])]
        if answers == ["403"] and column == first_refused(declared):
            answers = [answer(asking, line, column, "own")]  # a right form is refused as well
        for number in range(1, len(wanted)):
            if answers == wanted[:number] and is_proved(line, column, wanted, number):
                answers.append(wanted[number])
                continue
            place = WHERE[number]
            is_known = same and place == "other"
            answers.append(answers[0] if is_known else answer(asking, line, column, place, wanted[number]))
        found[column] = answers
    return found


def first_refused(declared: dict[str, list[str]]) -> str:
    """Return the first role that is refused, who sends the right form besides an empty one."""
    return next((role for role in ROLES if declared[role][0] == "403"), "")


def is_closed_before_its_view(asking: Asking, line: str, column: str, wanted: list[str]) -> bool:
    """Whether middleware refuses this reader, whatever the view does.

    `test_every_page_is_closed` sends nobody to each page. Confirmers try an example of each rule.
    """
    route = line.split(" ", 1)[1]
    if route in OPEN or route.startswith("api"):
        return False
    if column == "nobody":
        return wanted == ["login"]
    is_named = route.startswith("accounts") or asking.routes[route] in CONFIRMERS_PAGES
    return column == "confirmer" and wanted == ["403"] and not is_named and line not in QUICK


def is_proved(line: str, column: str, wanted: list[str], number: int) -> bool:
    """Whether the responses before, which were as declared, prove this one too.

    To a reader without districts by role, both districts are the same. A role that is refused everywhere is
    refused before the row. Who has no district may write no more than who works in another one; what they
    read is asked.
    """
    if column in ("privacy_officer", "administrator"):
        return wanted[number] == wanted[0]
    if set(wanted) == {"403"}:
        return True
    is_write = not line.startswith("GET ")
    return is_write and number == 2 and wanted[1] == wanted[2] and wanted[2] in DENIED


def columns_of(route: str) -> tuple[str, ...]:
    return (*ROLES, *KEYS) if route.startswith("api/v1") else ROLES


def test_every_route_is_declared_and_every_declaration_is_a_route() -> None:
    known = {route for route, _pattern in routes()}
    declared = {line.split(" ", 1)[1] for line in RULES}
    assert known - declared == set(), "not declared in matrix.toml"
    assert declared - known == set(), "declared, and no route"


@pytest.mark.parametrize("line", quickly(RULES, QUICK))
def test_who_gets_what(asking: Asking, line: str) -> None:
    columns = columns_of(line.split(" ", 1)[1])
    rule = RULES[line]
    declared = {column: expected(rule, column) for column in columns}
    assert observe(asking, line, declared) == declared


#: Routes that may show a row of another district.
SHARED: Final = r"\w+ (?:api/v1/)?(?:organisations|contacts|meetings)/<uuid:pk>/|\w+ duplicates/.*/merge/"


OF_SHARED: Final = [
    (line, column)
    for line in filter(re.compile(SHARED).match, RULES)
    for column in ("officer", "key")
    if column in columns_of(line.split(" ", 1)[1])
]


@pytest.mark.parametrize(("line", "column"), OF_SHARED)
def test_what_is_seen_elsewhere_is_read_and_not_written(asking: Asking, line: str, column: str) -> None:
    """A reader with access to all districts but no write access is denied only writes."""
    reads = expected(RULES[line], "privacy_officer")[0]
    assert answer(asking, line, column, "shared") == reads


def test_what_is_denied_to_some_is_allowed_to_somebody() -> None:
    """Otherwise the denial might come from a mistake in the request."""
    denied_to_all = []
    for line, rule in RULES.items():
        answers = {one for column in columns_of(line.split(" ", 1)[1]) for one in expected(rule, column)}
        if not answers - DENIED and not rule.get("never"):
            denied_to_all.append(line)
    assert denied_to_all == []


def test_every_other_method_is_not_allowed(asking: Asking) -> None:
    """Undeclared methods are rejected even for the reader with the most rights."""
    for route in asking.routes:
        for method in methods(route):
            if f"{method} {route}" in RULES:
                continue
            with undone():
                ask = asking.ask("GET", route, "north")
                client = asking.ground.client("supervisor", "north")
                status = client.generic(method, ask.path, headers={"X-Purpose": "testing"}).status_code
            assert status in (403, 404, 405), f"{method} {route}: {status}"


def test_every_file_names_who_gets_it(asking: Asking) -> None:
    """The event of the request names the recipient, unless the file names nobody itself."""
    unnamed, looked = [], set()
    for line in RULES:
        method, route = line.split(" ", 1)
        readers = [one for one in columns_of(route) if expected(RULES[line], one)[0] == "200"]
        if route not in leaving.file_routes() or not readers:
            continue
        reader = readers[0]
        key = asking.ground.tools["key own"].client
        client = key if reader == "key" else asking.ground.client(reader, "north")
        with undone():
            before = set(Event.objects.values_list("pk", flat=True))
            sent = asking.ask(method, route, "north")._send(client, {"X-Purpose": "testing who gets it"})
            if not leaving.is_file(sent):
                continue
            new = Event.objects.exclude(pk__in=before).values_list("recipient", flat=True)
            named = [name for name, _how in map(name_and_how, new) if name]
        looked.add(line)
        if not named and line not in leaving.NAMES_NOBODY:
            unnamed.append(f"{line} as {reader}")
    assert unnamed == []
    assert {"GET contacts/<uuid:pk>/vcard/", "POST privacy/inquiry/<uuid:pk>/file/"} <= looked
    assert leaving.NAMES_NOBODY.keys() <= looked
