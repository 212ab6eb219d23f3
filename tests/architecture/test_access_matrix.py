"""The response of every route to every kind of reader, compared with matrix.toml."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_django import DjangoDbBlocker

from audit.models import Event
from audit.rules import name_and_how
from tests.architecture import canaries, leaving
from tests.architecture.asking import Ask, Asking, undone
from tests.architecture.ground import WHERE
from tests.architecture.shared_ground import ground_for_all
from tests.architecture.test_every_page_is_closed import routes

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("quiet_log")]

TABLE: Final = Path(__file__).with_name("matrix.toml")
ROLES: Final = ("nobody", "officer", "supervisor", "privacy_officer", "administrator", "confirmer")
KEYS: Final = ("key", "scopeless")
#: Number of places in a column: the reader's own district, another district, and a reader without districts.
PLACES: Final = {"officer": 3, "supervisor": 3, "privacy_officer": 2, "administrator": 2, "key": 3}
DENIED: Final = {"login", "401", "403", "404", "405", "422"}

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


def answer(asking: Asking, line: str, column: str, place: str) -> str:
    """Return the status for this reader. Redirects to sign-in are `login` and `again`."""
    method, route = line.split(" ", 1)
    where = {"other": "south", "shared": "shared"}.get(place, "north")
    ask = asking.ask(method, route, where)
    headers = {"X-Purpose": "testing the matrix"}
    if column in KEYS:
        client = asking.ground.tools[_tool(column, place, route)].client
    else:
        client = asking.ground.client(column, "none" if place == "none" else "north")
    response = ask.by(client, **headers)
    assert canaries.leaked(told(ask, response), hidden_from(line, column, place)) == []
    if response.status_code == 302 and re.match(r"/accounts/(login|reauthenticate)/", response["Location"]):
        return "login" if "login" in response["Location"] else "again"
    return str(response.status_code)


def _tool(column: str, place: str, route: str) -> str:
    """Return the key to use: without districts, without the scope, or of the north."""
    if column == "scopeless":
        takes_that = "organisation" in route or "v1/publishing/" in route
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
        answers = [answer(asking, line, column, "own")]
        for number in range(1, len(wanted)):
            if is_proved(column, wanted, number) and answers[0] == wanted[0]:
                answers.append(answers[0])
                continue
            place = WHERE[number]
            is_known = same and place == "other"
            answers.append(answers[0] if is_known else answer(asking, line, column, place))
        found[column] = answers
    return found


def is_proved(column: str, wanted: list[str], number: int) -> bool:
    """Whether the first response of a column proves that one too.

    To a reader without districts by role, both districts are the same. A role that is refused in both is
    refused without districts.
    """
    is_of_no_district = column in ("privacy_officer", "administrator")
    return (is_of_no_district and wanted[number] == wanted[0]) or (number == 2 and set(wanted) == {"403"})


def columns_of(route: str) -> tuple[str, ...]:
    return (*ROLES, *KEYS) if route.startswith("api/v1") else ROLES


def test_every_route_is_declared_and_every_declaration_is_a_route() -> None:
    known = {route for route, _pattern in routes()}
    declared = {line.split(" ", 1)[1] for line in RULES}
    assert known - declared == set(), "not declared in matrix.toml"
    assert declared - known == set(), "declared, and no route"


@pytest.mark.parametrize("line", RULES)
def test_who_gets_what(asking: Asking, line: str) -> None:
    columns = columns_of(line.split(" ", 1)[1])
    rule = RULES[line]
    declared = {column: expected(rule, column) for column in columns}
    assert observe(asking, line, declared) == declared


@pytest.mark.parametrize("line", [line for line in RULES if re.match("POST (?!api|accounts)", line)])
def test_a_role_is_refused_whatever_it_sends(asking: Asking, line: str) -> None:
    """The role is checked before the input, so that input errors reveal nothing."""
    refused = [role for role in ROLES if expected(RULES[line], role)[0] == "403"]
    ask = replace(asking.ask("POST", line.split(" ", 1)[1], "north"), sent={})
    answers = {role: ask.by(asking.ground.client(role, "north")).status_code for role in refused}
    assert answers == dict.fromkeys(refused, 403)


#: Routes that may show a row of another district.
SHARED: Final = r"\w+ (?:api/v1/)?(?:organisations|contacts|meetings)/<uuid:pk>/|\w+ duplicates/.*/merge/"


@pytest.mark.parametrize("column", ["officer", "key"])
@pytest.mark.parametrize("line", [line for line in RULES if re.match(SHARED, line)])
def test_what_is_seen_elsewhere_is_read_and_not_written(asking: Asking, line: str, column: str) -> None:
    """A reader with access to all districts but no write access is denied only writes."""
    route = line.split(" ", 1)[1]
    if column not in columns_of(route):
        return
    reads = expected(RULES[line], "privacy_officer")[0]
    assert answer(asking, line, column, "shared") == reads


@pytest.mark.parametrize("line", RULES)
def test_what_is_denied_to_some_is_allowed_to_somebody(line: str) -> None:
    """Otherwise the denial might come from a mistake in the request."""
    rule = RULES[line]
    answers = {one for column in columns_of(line.split(" ", 1)[1]) for one in expected(rule, column)}
    assert answers - DENIED or rule.get("never"), answers


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
