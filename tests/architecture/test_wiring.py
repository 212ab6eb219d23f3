"""`crm.wiring` fills each tuple of the rooms once, with all that rooms declare (docs/adr/0075)."""

import ast
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.conf import settings

from accounts.services.effects import EFFECTS, Effect
from contacts.services import change_feed
from districts.services.followers import ACCESS, ROWS
from exchange.archive.parts import DISTRICTS, PARTS, PEOPLE, Part
from jobs.services.kinds import KINDS, JobResult, Kind
from lib.erasable import WRITERS, Writer
from lib.wired import NotWired, Wired, WiredTwice
from reminders.models.subjects import SUBJECTS, Subject

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = [app.name for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
WIRING: Final = ROOT / "crm" / "wiring.py"
#: Types of what rooms declare, with all of it that is wired.
DECLARED: Final[dict[type, list[Any]]] = {
    Effect: [*EFFECTS],
    Kind: [*KINDS],
    change_feed.Kind: [*change_feed.KINDS],
    Part: [DISTRICTS, PEOPLE, *PARTS],
    Subject: [*SUBJECTS],
    Writer: [*WRITERS],
}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Modules that can fill a tuple, import the wiring or be called when an app is ready."""
    for room in [*ROOMS, "lib"]:
        for path in (ROOT / room).rglob("*.py"):
            source = path.read_text()
            if any(word in source for word in (".fill(", "wiring", "def ready")):
                yield path, ast.parse(source)


@cache
def modules() -> list[tuple[str, dict[str, Any]]]:
    """All modules of the rooms with their global names. Programs of `crm` are not imported for this."""
    for room in (*ROOMS, "lib"):
        names = pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}.")
        for name in (one.name for one in names if room != "crm" and ".migrations." not in one.name):
            importlib.import_module(name)
    loaded = [(name, vars(module)) for name, module in sys.modules.items() if name != "crm.wiring"]
    return [(name, names) for name, names in loaded if name.partition(".")[0] in {*ROOMS, "lib"}]


def left_out(declared: type, names: Mapping[str, Any]) -> list[str]:
    """Names of values of this type that no tuple has."""
    found = []
    for name, value in names.items():
        values = [*value.values()] if isinstance(value, dict) else value
        several = values if isinstance(values, (list, tuple)) else [values]
        if any(isinstance(one, declared) and one not in DECLARED[declared] for one in several):
            found.append(name)
    return found


def test_each_tuple_is_filled_by_the_wiring_and_named_for_its_place() -> None:
    tuples = {
        f"{name}.{attribute}": value
        for name, names in modules()
        for attribute, value in names.items()
        if type(value) is Wired
    }
    places = {value.name for value in tuples.values()}
    assert len(places) > 15
    assert places <= {*tuples}
    filled = [
        ast.unparse(node.func).removesuffix(".fill")
        for node in ast.walk(ast.parse(WIRING.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".fill")
    ]
    assert sorted(filled) == sorted(places)
    assert all(value.values for value in tuples.values())


@pytest.mark.parametrize(
    "declared", DECLARED, ids=lambda declared: f"{declared.__module__}.{declared.__name__}"
)
def test_all_that_a_room_declares_is_wired(declared: type) -> None:
    found = {name: left_out(declared, names) for name, names in modules()}
    assert {name: attributes for name, attributes in found.items() if attributes} == {}


def test_what_a_room_declares_and_nothing_wires_is_named() -> None:
    job = Kind("count", lambda _work: JobResult({}), title="Counting", may=lambda _actor: True)
    names = {"JOB": job, "JOBS": [job], "BY_NAME": {"count": job}, "KNOWN": KINDS[0], "OTHER": "count"}
    assert left_out(Kind, names) == ["JOB", "JOBS", "BY_NAME"]


def test_each_kind_of_reminder_is_wired() -> None:
    def below(parent: Any) -> Iterator[type[Subject[Any]]]:
        for child in parent.__subclasses__():
            yield child
            yield from below(child)

    ours = {kind for kind in below(Subject) if kind.__module__.partition(".")[0] in ROOMS}
    assert {kind for kind in ours if hasattr(kind, "code")} == {type(subject) for subject in SUBJECTS}


def test_whatever_follows_a_redrawn_district_is_wired() -> None:
    followers = {
        value
        for _name, names in modules()
        for attribute, value in names.items()
        if attribute == "follow_redrawn"
    }
    assert followers
    assert followers <= {*ACCESS, *ROWS}


def test_nothing_but_the_wiring_fills_a_tuple_or_is_called_when_an_app_is_ready() -> None:
    for path, tree in sources():
        calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        defined = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert path == WIRING or not any(call.endswith(".fill") for call in calls), path
        assert path == ROOT / "crm" / "apps.py" or path.name != "apps.py" or "ready" not in defined, path
        imported = {
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        }
        assert path == ROOT / "crm" / "apps.py" or not imported & {"crm.wiring", "wiring"}, path


def test_a_tuple_is_not_read_before_it_is_filled_nor_filled_twice() -> None:
    checks = Wired[int]("a.room.CHECKS")
    for read in (list, len, bool, lambda wired: 1 in wired):
        with pytest.raises(NotWired, match=r"a\.room\.CHECKS"):
            read(checks)
    checks.fill(1, 2)
    assert [*checks, len(checks), checks[0], checks[1:]] == [1, 2, 2, 1, (2,)]
    with pytest.raises(WiredTwice):
        checks.fill(3)
    assert list(checks) == [1, 2]
