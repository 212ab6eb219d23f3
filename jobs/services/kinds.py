"""Kinds of background jobs (docs/adr/0016). `crm.wiring` lists the kinds of all apps.

JOB: Final = Kind("export_list", export_list, title=_("Export"), may=can_export)
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO, Final, Protocol
from uuid import UUID

from django.utils.functional import Promise

from accounts.actors import Actor
from accounts.models import Act
from lib.wired import Wired


class Lane(StrEnum):
    """Jobs of one lane wait for each other, and never for those of another lane."""

    FILES = "files"  # exports, audits, archives
    IMPORTS = "imports"
    PRIVACY = "privacy"
    TOOLS = "tools"  # bulk reads of API keys


class JobRefused(Exception):
    """The job cannot be done. The message has the reason, in the language of its starter."""


class JobStopped(BaseException):
    """The job was cancelled or taken over by another worker.

    A BaseException, so that no `except Exception` on the way catches it.
    """


@dataclass(frozen=True, slots=True)
class Output:
    """A file to store. `content` is read from its beginning when the job ends."""

    name: str
    media_type: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The stored file of an output."""

    id: UUID
    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result of a job.

    `record` is called with the stored files in the transaction that ends the job. Its writes are therefore
    committed before anybody can download a file, or not at all. If a second person must release the files, a
    supervisor among them covers all of `district_ids`.
    """

    result: Mapping[str, object] = field(default_factory=dict)
    files: Sequence[Output] = ()
    record: Callable[[Sequence[KeptFile]], None] | None = None
    district_ids: Collection[UUID] = ()


class Work(Protocol):
    """A running job as seen by the function of its kind. The starter's language and time zone are active."""

    @property
    def job_id(self) -> UUID: ...

    @property
    def actor(self) -> Actor:
        """The starter, with the current rights of their account."""

    @property
    def parameters(self) -> Mapping[str, Any]: ...

    @property
    def needs(self) -> Mapping[str, Any]: ...

    def progress(self, done: int, total: int | None = None) -> None:
        """Report progress, as often as you like, because it costs nothing. Raises JobStopped."""

    def open_input(self, name: str = "") -> AbstractContextManager[BinaryIO]:
        """Open an input file of the job at its beginning (`name`: if the job has several)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    `run` may be called again for the same job after a worker died, so it must be idempotent. `title` is shown
    to users. `may` is checked when the job starts, runs and is downloaded. With an `act`, a second person
    must release the files before a download, if the job's result `opens` so much.
    `find_starter` returns the present actor of a starter that is no staff account, or None if it can no
    longer act.
    """

    name: str
    run: Callable[[Work], JobResult]
    title: str | Promise
    may: Callable[[Actor], bool]
    act: Act | None = None
    opens: Callable[[Mapping[str, Any]], bool] = lambda _result: True
    find_starter: Callable[[UUID], Actor | None] = lambda _id: None
    lane: Lane = Lane.FILES

    def needs_release(self, result: Mapping[str, Any]) -> bool:
        """Whether a second person must release the files of a job with this result."""
        return self.act is not None and self.opens(result)


KINDS: Final = Wired[Kind]("jobs.services.kinds.KINDS")


def names() -> list[str]:
    return [kind.name for kind in KINDS]


def lane_of(name: str) -> Lane:
    kind = find_kind(name)
    return kind.lane if kind else Lane.FILES


def kinds_of(lane: Lane) -> list[str]:
    return [kind.name for kind in KINDS if kind.lane == lane]


def find_kind(name: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.name == name), None)
