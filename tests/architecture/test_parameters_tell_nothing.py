"""No error text contains personal data, whatever is done to the parameters, for every kind of reader.

A list that named an expansion twice once returned whole contacts in the text of an error.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import Role
from api.schema import document
from tests.architecture import canaries
from tests.architecture.asking import Asking, undone
from tests.architecture.noticing import noticed
from tests.architecture.shared_ground import ground_for_all
from tests.examples import THOROUGH, some

PURPOSE: Final = {"X-Purpose": "They called about the hall"}
BOTH: Final = ("north", "south")
#: The reader that tests each parameter separately. The others test all at once, because the same code reads
#: them, but supervisors try expansions as well, whose fields depend on the reader.
CURIOUS: Final = "key own"
EXPANDING: Final = "supervisor"
PAGES: Final = Path(__file__).parents[2] / "pages"


@pytest.fixture(scope="module")
def asking(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asking]:
    with ground_for_all(django_db_blocker) as ground:
        yield Asking(ground)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def callers(asking: Asking) -> dict[str, tuple[Any, dict[str, str]]]:
    """Return every kind of reader with the headers they send."""
    ground = asking.ground
    found: dict[str, tuple[Any, dict[str, str]]] = {
        name: (tool.client, {}) for name, tool in ground.tools.items()
    }
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR):
        found[str(role.value)] = (ground.client(role, "north"), {})
        found[f"{role.value} with a reason"] = (ground.client(role, "north"), PURPOSE)
    found["nobody"] = (ground.client("nobody", "north"), {})
    return found


def sample(one: dict[str, Any], rows: dict[str, Any]) -> list[str]:
    """Return one or two values that the parameter's schema allows."""
    schema, name = one["schema"], one["name"]
    if words := re.findall(r"[a-z_-]+", schema.get("pattern", "").partition(")")[0].replace("\\S", "")):
        return words if name == "expand" else words[:1]
    if "enum" in schema:
        return [str(schema["enum"][0])]
    if name in ("district", "active_in"):
        return [rows["code"]]
    kind = schema.get("format") or schema["type"]
    values = {"uuid": str(rows["contact"]), "boolean": "true", "date": "2026-01-01", "integer": "2"}
    return [values.get(kind, "2026-01-01T00:00:00Z" if kind == "date-time" else "nobody")]


def variants(name: str, words: list[str]) -> Iterator[str]:
    """Yield queries for one parameter: each word doubled, the parameter repeated, empty, and reversed."""
    for word in words:
        yield f"{name}={quote(f'{word},{word}')}"
    word = words[0]
    yield f"{name}={quote(word)}&{name}={quote(word)}"
    yield f"{name}="
    yield f"{name}={quote(word[::-1])}"
    yield f"{name}={quote(','.join(reversed(words)))}"


def wrong_queries(name: str, words: list[str]) -> list[str]:
    """Return the variants without the last one if it is a single word, which is right."""
    queries = list(variants(name, words))
    return queries if len(words) > 1 else queries[:-1]


def faults(answer: Any) -> str:
    """Return what is wrong with an error response; empty if nothing is."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    told = canaries.leaked(canaries.text_of(answer), BOTH) if 400 <= answer.status_code < 500 else []
    return f"{answer.status_code} tells of {told}" if told else ""


@pytest.mark.long
def test_no_refusal_of_the_api_has_a_word_of_anybody(asking: Asking) -> None:
    rows, wrong, refused = asking.ground.rows["north"], [], 0
    for path, operations in some(document.as_dict()["paths"].items()):
        taken = [one for one in operations.get("get", {}).get("parameters", ()) if one["in"] == "query"]
        route = re.sub(r"\{id\}", "<uuid:pk>", f"api/v1{path}").replace("{slug}", "<slug:slug>")
        if not taken:
            continue
        address = asking.ask("GET", route, "north").path.partition("?")[0]
        rest = "&from=2026-01-01&to=2026-04-01" if "reports" in path else ""
        words = {one["name"]: sample(one, rows) for one in taken}
        last = [list(variants(*one))[-4:] for one in words.items()]
        together = ["&".join(queries) for queries in zip(*last, strict=True)]
        sent = {
            CURIOUS: [query for one in words.items() for query in wrong_queries(*one)],
            EXPANDING: [*together, *(variants("expand", words["expand"]) if "expand" in words else ())],
        }
        for who, (client, headers) in callers(asking).items():
            for query in sent.get(who, together):
                with undone(), noticed() as read:
                    answer = client.get(f"{address}?{query}{rest}", headers=headers)
                refused += 400 <= answer.status_code < 500
                if fault := faults(answer):
                    wrong.append(f"{who}: {address}?{query}: {fault}")
                if not read:  # so that every other query has the same answer
                    break
    assert wrong == []
    assert refused > (1_000 if THOROUGH else 50)


def names_of_pages() -> list[str]:
    """Return the parameters of pages: of filters, and those that a view reads by name."""
    texts = "".join(path.read_text() for path in PAGES.rglob("*.py"))
    asked = set(re.findall(r"GET(?:\.get\(|\.getlist\(|\[)\"(\w+)\"", texts))
    filters = {
        one["name"]
        for operations in document.as_dict()["paths"].values()
        for one in operations.get("get", {}).get("parameters", ())
        if one["in"] == "query"
    }
    return sorted(asked | filters)


@pytest.mark.thorough
@pytest.mark.long
def test_no_refusal_of_a_page_has_a_word_of_anybody(asking: Asking) -> None:
    rows, wrong, refused = asking.ground.rows["north"], [], 0
    names = names_of_pages()
    assert len(names) > 40
    person, organisation, code = str(rows["contact"]), str(rows["organisation"]), rows["code"]
    values = (f"{organisation},{person}", "", f"{code[::-1]},{code[::-1]}", "%00")
    for route in asking.routes:
        if route.startswith(("api/", "accounts/", "healthz")):  # /healthz answers 503 without workers
            continue
        address = asking.ask("GET", route, "north").path.partition("?")[0]
        for role in (Role.OFFICER, Role.SUPERVISOR):
            for value in values:
                sent = value if value == "%00" else quote(value)
                query = "&".join(f"{name}={sent}&{name}={sent}" for name in names)
                with undone(), noticed() as read:
                    answer = asking.ground.client(role, "north").get(f"{address}?{query}")
                refused += 400 <= answer.status_code < 500
                if fault := faults(answer):
                    wrong.append(f"{role}: {address}?{query[:80]}: {fault}")
                if not read:  # so that every other query has the same answer
                    break
    assert wrong == []
    assert refused > 100
