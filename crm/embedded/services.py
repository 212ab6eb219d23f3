"""Servers that several processes share: the first one starts them, the last one stops them.

Who uses them is counted by the kernel: each user holds a shared lock, which even `kill -9` gives
back. Servers left by a killed process are found by their sockets and used on.
"""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .files import locked, open_lock, private_folder, try_lock


class Server(Protocol):
    name: str

    def is_up(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Services:
    """The servers of one data folder as seen by one process."""

    def __init__(self, folder: Path, servers: Sequence[Server]) -> None:
        self.servers = servers
        self._starting = private_folder(folder) / "services.lock"
        self._users = open_lock(folder / "users.lock")

    def join(self, *, when_alone: Callable[[], None] = lambda: None) -> None:
        """Use the servers, starting those that are down; `when_alone` runs when nobody else does."""
        with locked(self._starting):
            alone = try_lock(self._users)
            self._start_missing()
            if alone:
                when_alone()
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def revive(self) -> list[str]:
        """Start again what has died meanwhile; return the names."""
        if all(server.is_up() for server in self.servers):
            return []
        with locked(self._starting):
            return self._start_missing()

    def leave(self) -> None:
        """Stop the servers unless somebody else uses them."""
        with locked(self._starting):
            if try_lock(self._users):
                for server in reversed(self.servers):
                    server.stop()
            fcntl.flock(self._users, fcntl.LOCK_UN)

    def _start_missing(self) -> list[str]:
        missing = [server for server in self.servers if not server.is_up()]
        for server in missing:
            server.start()
        return [server.name for server in missing]


@contextmanager
def running(folder: Path, servers: Sequence[Server]) -> Iterator[Services]:
    services = Services(folder, servers)
    try:
        services.join()
        yield services
    finally:
        services.leave()
