"""The files that `COPY . .` puts into the image: .dockerignore evaluated by Docker's rules without Docker."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.plugins import services

ROOT: Final = services.ROOT
NOT_IN_THE_IMAGE: Final = {"benchmarks", "docs", "faults", "tests"}
SECRETS: Final = [
    ".env",
    ".env.production",
    ".git/config",
    ".data/secret-key",
    ".venv/bin/python",
    ".test-data/postgres/PG_VERSION",
    "audit-key.pem",
    "audit-key.pem.public",
    "keys/audit-key.pem",
    "backups/proximity-20261125T030000Z.dump",
    "backups/proximity-20261125T030000Z.dump.json",
    "proximity.dump",
    "seals.jsonl",
    "id_ed25519",
    "notes.txt",
    "data/secret-key",
    "audit/audit-key.pem",
    "crm/.env",
    "crm/before.dump.json",
    "contacts/old.sql",
    "crm/__pycache__/settings.cpython-313.pyc",
]


def as_expression(pattern: str) -> re.Pattern[str]:
    """Translate a pattern (moby/patternmatcher).

    `**` is any number of folders; `*` and `?` stay within one name.
    """
    said, rest = "", pattern.strip("/")
    while rest:
        if rest.startswith("**/"):
            said, rest = said + r"(?:.*/)?", rest[3:]
        elif rest.startswith("**"):
            said, rest = said + ".*", rest[2:]
        elif rest[0] in "*?":
            said, rest = said + ("[^/]*" if rest[0] == "*" else "[^/]"), rest[1:]
        else:
            said, rest = said + re.escape(rest[0]), rest[1:]
    return re.compile(said)


def is_sent(path: str, rules: list[str]) -> bool:
    """Whether a path is sent: the last rule that matches it, or a folder above it, decides."""
    places = [path, *map(str, list(Path(path).parents)[:-1])]
    sent = True
    for rule in rules:
        expression = as_expression(rule.removeprefix("!"))
        if any(expression.fullmatch(place) for place in places):
            sent = rule.startswith("!")
    return sent


@pytest.fixture(scope="module")
def rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("path", SECRETS)
def test_no_secret_and_no_stray_file_gets_into_the_image(path: str, rules: list[str]) -> None:
    assert not is_sent(path, rules)


def test_everything_that_the_application_is_made_of_gets_into_the_image(rules: list[str]) -> None:
    for needed in ("manage.py", "pyproject.toml", "requirements.lock"):
        assert is_sent(needed, rules)
    folders = {place.parent.name for place in ROOT.glob("*/__init__.py")} - NOT_IN_THE_IMAGE
    assert {"crm", "pages", "lib"} <= folders
    files = [
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if "__pycache__" not in path.parts and path.is_file()  # Python writes there meanwhile
    ]
    assert len(files) > 500
    assert [path for path in files if not is_sent(path, rules)] == []


def test_the_image_copies_nothing_but_the_context(rules: list[str]) -> None:
    """The test is only valid if the build uses nothing but the context that .dockerignore filters."""
    assert rules[0] == "*"
    assert not list(ROOT.glob("?*.dockerignore"))  # Dockerfile.dockerignore would take precedence
    copies = [
        line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith(("COPY", "ADD"))
    ]
    assert copies == [
        "COPY pyproject.toml requirements.lock ./",
        "COPY . .",
        "COPY --from=build /venv /venv",
        "COPY --from=build /app /app",
    ]


@pytest.mark.parametrize(
    ("rules_given", "path", "sent"),
    [
        (["*", "!api"], "api/http/x.py", True),
        (["*", "!api", "**/.*"], "api/.env", False),
        (["**/*.pem"], "a/b/c.pem", False),
        (["*.pem"], "a/c.pem", True),
        (["**/__pycache__"], "a/__pycache__/b", False),
        (["backups"], "backups.txt", True),
    ],
)
def test_rules_are_read_as_docker_reads_them(rules_given: list[str], path: str, sent: bool) -> None:
    assert is_sent(path, rules_given) is sent
