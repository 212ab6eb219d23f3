"""Files that took longest in earlier runs begin first, so that no worker runs alone at the end.

The seconds that each test took are kept in the tests' data folder. A new clone begins with the seconds of the
slowest files that are committed in `slowest.json`, and takes those for long that have a test marked `long`.
Files that take about as long stay in random order.
"""

import json
import math
import os
from collections import defaultdict
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.plugins.services import FOLDER

FILE: Final = FOLDER / "durations.json"
#: The seconds of the slowest files in one thorough run, for a clone that has run nothing.
SLOWEST: Final = Path(__file__).with_name("slowest.json")
#: What a file with a test marked `long` is taken to need if it has not run here.
LONG_SECONDS: Final = 30.0
SHOWN_FILES: Final = 5


def seconds_by_file(durations: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds of each file from the seconds of each test."""
    files: dict[str, float] = defaultdict(float)
    for test, seconds in durations.items():
        files[test.partition("::")[0]] += seconds
    return files


def magnitude(seconds: float) -> int:
    """Return the power of two that is nearest; 0 for up to a second."""
    return round(math.log2(max(seconds, 1)))


def stored(file: Path = FILE) -> dict[str, float]:
    """Return the seconds in a file; nothing if no run has left a readable one."""
    try:
        durations: dict[str, float] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return durations


def store(durations: Mapping[str, float], file: Path = FILE) -> None:
    """Store the seconds of these tests beside those of others.

    Runs at the same time never leave half a file.
    """
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(stored(file) | dict(durations), indent=0, sort_keys=True))
    unfinished.replace(file)


class Durations:
    """The durations of one run. In a worker of pytest-xdist only the order, which the controller sends."""

    def __init__(self, config: pytest.Config) -> None:
        self.received: dict[str, float] | None = getattr(config, "workerinput", {}).get("seconds_by_file")
        self.known = seconds_by_file(stored()) if self.received is None else self.received
        self.measured: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send all workers the same durations, because their order has to be the same."""
        node.workerinput["seconds_by_file"] = dict(self.known)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        file_of = {item: item.nodeid.partition("::")[0] for item in items}
        marked = {file_of[item] for item in items if item.get_closest_marker("long")}
        usual = dict.fromkeys(marked, LONG_SECONDS) | stored(SLOWEST) | dict(self.known)
        items.sort(key=lambda item: -magnitude(usual.get(file_of[item], 0)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.measured[report.nodeid] += report.duration
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Store what passed, because a test that fails may end long before its end."""
        if self.received is None:
            passed = self.measured.keys() - self.failed
            store({test: round(self.measured[test], 2) for test in passed})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        files = seconds_by_file(self.measured)
        if len(files) > SHOWN_FILES:
            terminalreporter.section(f"slowest {SHOWN_FILES} files")
            for file, seconds in sorted(files.items(), key=itemgetter(1), reverse=True)[:SHOWN_FILES]:
                terminalreporter.write_line(f"{seconds:.1f}s {file}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Durations(config), "durations of tests")
