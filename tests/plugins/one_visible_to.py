"""TEST_WITHOUT_ONE_VISIBLE_TO=FILE with TEST_ROW_SECURITY=1: tests without one `visible_to` at a time.

A test first runs as it is, and each use of `visible_to` on a table with policies that it reaches is noted.
Then it runs once more for each of these uses, which returns all rows. Where a statement runs on behalf of the
actor, the policies must answer as before, so the test passes. Where a context is opened, or the system asks,
the policies let every row through, so a test must notice. `tests.architecture.one_visible_to` runs it.
"""

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from .without_visible_to import NOUNS

ROOT: Final = Path(__file__).resolve().parents[2]
FENCED, OPEN = "fenced", "open"
# How often a test runs again without a use: where the policies answer, and at most until one notices.
RUNS: Final = {FENCED: int(os.environ.get("TEST_RUNS_OF_A_USE", "4")), OPEN: 100}


@dataclass(slots=True)
class Uses:
    """The uses of `visible_to` that were reached, and the one that returns all rows, where."""

    reached: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    removed: tuple[str, str] | None = None

    def answer(self, visible_to: Callable[..., Any], rows: Any, actor: Any) -> Any:
        use, where = _use(), _where(actor)
        if not use.startswith("tests/"):
            self.reached[use].add(where)
        return rows.all() if (use, where) == self.removed else visible_to(rows, actor)

    @contextmanager
    def without(self, use: str, where: str) -> Iterator[None]:
        _forget_statements()
        self.removed = use, where
        try:
            yield
        finally:
            self.removed = None
            _forget_statements()


def _use() -> str:
    """File and line that called `visible_to`."""
    frame: Any = sys._getframe(2)
    while frame.f_code.co_filename == __file__ or frame.f_code.co_filename.endswith("/models/manager.py"):
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{frame.f_lineno}"


def _where(actor: Any) -> str:
    from lib import row_context
    from lib.prepared import Placeholder

    current = row_context._current.get()
    on_behalf = (
        current is not None
        and current.actor is not None
        # A statement that is kept is built for whoever runs it.
        and (current.actor == actor.id or isinstance(actor.id, Placeholder))
    )
    return FENCED if on_behalf and not current.opened else OPEN  # type: ignore[union-attr]  # checked


def _forget_statements() -> None:
    """Statements of the API are kept as they were built: with or without the use."""
    from api.resources import reading

    for kept in vars(reading).values():
        if isinstance(kept, _lru_cache_wrapper):
            kept.cache_clear()


class _NotKept:
    """In place of `Prepared._kept`: builds the statement each time."""

    def __get__(self, prepared: Any, owner: type) -> Any:
        return prepared._keep

    def __set__(self, prepared: Any, kept: Any) -> None:
        vars(prepared)["_kept"] = kept


@contextmanager
def watched() -> Iterator[Uses]:
    from django.apps import apps

    from accounts.queries.prepared import Prepared

    uses = Uses()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "_kept", _NotKept(), raising=False)
        for name in NOUNS:
            manager: Any = apps.get_model(name)._default_manager
            rows: Any = manager._queryset_class
            patch.setattr(rows, "visible_to", _watching(rows.visible_to, uses))
        _forget_statements()
        yield uses
    _forget_statements()


def _watching(visible_to: Callable[..., Any], uses: Uses) -> Callable[..., Any]:
    return lambda self, actor: uses.answer(visible_to, self, actor)


class _Beside:
    """As the next test: keeps what the test's module, not what the test alone has set up."""

    def __init__(self, item: pytest.Item) -> None:
        self._parent: Any = item.parent

    def listchain(self) -> list[Any]:
        chain: list[Any] = self._parent.listchain()
        return chain


class EachUse:
    """Runs each test again without one use at a time, and writes what it found."""

    def __init__(self, report: Path) -> None:
        self.report = report
        self.runs: Counter[tuple[str, str]] = Counter()
        self.noticed: dict[tuple[str, str], list[str]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        with watched() as uses:
            passed = self._run(item, log=True)
            if passed:
                for use, places in sorted(uses.reached.items()):
                    for where in sorted(places):
                        self._without(uses, (use, where), item)
        item.session._setupstate.teardown_exact(nextitem)
        self._write()
        return True

    def _without(self, uses: Uses, one: tuple[str, str], item: pytest.Item) -> None:
        if self.runs[one] >= RUNS[one[1]] or (one[1] == OPEN and self.noticed[one]):
            return
        self.runs[one] += 1
        with uses.without(*one):
            if not self._run(item, log=False):
                self.noticed[one].append(item.nodeid)

    def _run(self, item: pytest.Item, *, log: bool) -> bool:
        reports = runtestprotocol(item, log=log, nextitem=_Beside(item))
        return not any(report.failed for report in reports)

    def _write(self) -> None:
        found = [
            {"use": use, "where": where, "runs": runs, "noticed": self.noticed[use, where]}
            for (use, where), runs in sorted(self.runs.items())
        ]
        self.report.write_text(json.dumps(found, indent=1) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    if to := os.environ.get("TEST_WITHOUT_ONE_VISIBLE_TO"):
        config.pluginmanager.register(EachUse(Path(to)))
