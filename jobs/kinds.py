"""Kinds of long work. An app registers its own when it is ready; this one knows none of them (docs/adr/0016).

kinds.register("export_list", export_list, title=_("Export"), may=can_export)
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from django.utils.functional import Promise

from accounts.actors import Actor


class JobRefused(Exception):
    """The work cannot be done; the text says why, to whoever started it, in their language."""


class JobStopped(BaseException):
    """Cancelled, or another worker has it. Not an Exception: no `except` on the way may keep it."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file to keep: `content` is read from its beginning when the job ends."""

    name: str
    media_type: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What became of an output."""

    id: UUID
    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came out. `record` is called with the kept files in the transaction that ends the job:
    what it writes is committed before anybody can fetch one of them, or not at all.
    """

    result: Mapping[str, object] = field(default_factory=dict)
    files: Sequence[Output] = ()
    record: Callable[[Sequence[KeptFile]], None] | None = None


class Work(Protocol):
    """A job under way, as its kind's function sees it. The starter's language and time zone are active."""

    @property
    def job_id(self) -> UUID: ...

    @property
    def actor(self) -> Actor:
        """Who started it, as their account is now."""

    @property
    def parameters(self) -> Mapping[str, Any]: ...

    @property
    def needs(self) -> Mapping[str, Any]: ...

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is, as often as one likes: it costs nothing. Raises JobStopped."""

    def open_input(self, name: str = "") -> AbstractContextManager[BinaryIO]:
        """The file the job was given (of that name, where it was given several), from its beginning."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` may be called again for the same job when a worker died: it must converge."""

    name: str
    run: Callable[[Work], JobResult]
    title: str | Promise
    may: Callable[[Actor], bool]
    needs_release: bool = False


_KINDS: dict[str, Kind] = {}


def register(
    name: str,
    run: Callable[[Work], JobResult],
    *,
    title: str | Promise,
    may: Callable[[Actor], bool],
    needs_release: bool = False,
) -> None:
    """`title` is what people call it; `may` is asked when it starts, runs and is fetched.

    With `needs_release` its files are fetched once a second person has released them.
    """
    _KINDS[name] = Kind(name, run, title, may, needs_release)


def find_kind(name: str) -> Kind | None:
    return _KINDS.get(name)
