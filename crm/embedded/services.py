"""Servers shared by several processes: the first process starts them, the last one stops them.

The kernel counts the users: each user holds a shared lock, which is released even after `kill -9`. Servers
left by a killed process are found by their sockets and reused.
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
    """The servers of one data folder, as seen by one process."""

    def __init__(self, folder: Path, servers: Sequence[Server]) -> None:
        self.servers = servers
        self._starting = private_folder(folder) / "services.lock"
        self._users = open_lock(folder / "users.lock")

    def join(self, *, when_alone: Callable[[], None] = lambda: None) -> None:
        """Use the servers and start those that are down. `when_alone` runs if no other process uses them."""
        with locked(self._starting):
            alone = try_lock(self._users)
            self._start_missing()
            if alone:
                when_alone()
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def revive(self) -> list[str]:
        """Restart servers that have died, and return their names."""
        if all(server.is_up() for server in self.servers):
            return []
        with locked(self._starting):
            return self._start_missing()

    def leave(self) -> None:
        """Stop the servers unless another process uses them."""
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
