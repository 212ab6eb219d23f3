"""A private Valkey server on a Unix socket that only its user can reach."""

import json
import os
import secrets
import subprocess
import time
from functools import cached_property
from pathlib import Path
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.processes import MEMORY, POLICY, RULES, acl_lines
from crm.queues import QUEUES

from . import binaries
from .children import die_with_parent
from .files import Unavailable, private_folder, socket_folder

# The supervisor's own; whoever runs `manage` or a test; the one process of `run` for all queues.
ADMIN, MANAGE, WORKERS = "admin", "manage", "workers"
USERS: Final = {
    **RULES,
    ADMIN: "~* &* +@all",
    MANAGE: "~* &* +@all -@admin -@dangerous +flushdb",
    WORKERS: " ".join(RULES[queue] for queue in QUEUES),
}


class Valkey:
    """The server of one data folder. Any process that sees its socket can stop it.

    A server that is not durable is for tests, and ends with the process that started it.
    """

    name = "Valkey"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = private_folder(folder / "valkey")
        self.socket = socket_folder(folder) / "valkey.sock"
        self.log = private_folder(folder / "logs") / "valkey.log"
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    @cached_property
    def passwords(self) -> dict[str, str]:
        """The password of each user, made once."""
        file = self.folder / "passwords.json"
        stored: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if missing := USERS.keys() - stored.keys():
            stored |= {name: secrets.token_hex(24) for name in missing}
            _write_private(file, json.dumps(stored))
        return stored

    def broker_url(self, user: str = MANAGE) -> str:
        return f"redis+socket://{user}:{self.passwords[user]}@{self.socket}"

    def cache_url(self, user: str = MANAGE) -> str:
        return f"unix://{user}:{self.passwords[user]}@{self.socket}?db=2"

    def client(self) -> redis.Redis:
        return redis.Redis(
            unix_socket_path=str(self.socket),
            username=ADMIN,
            password=self.passwords[ADMIN],
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )

    def is_up(self) -> bool:
        """Whether the server replies.

        An error reply counts too: with a full disk the server rejects commands (MISCONF).
        """
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ResponseError:
            return True
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def complaint(self) -> str:
        """Return the error that the server reports, or an empty text if it works."""
        try:
            with self.client() as client:
                client.ping()
        except redis.ResponseError as problem:
            if str(problem).startswith("MISCONF"):
                return f"The disk is full. Free some space. Valkey needs no restart ({problem})"
            return f"Valkey takes nothing: {problem}"
        except redis.RedisError:
            pass
        return ""

    def start(self, timeout_seconds: float = 20) -> None:
        users = self.folder / "users.acl"
        _write_private(users, "\n".join(["user default off", *acl_lines(self.passwords, USERS), ""]))
        arguments = [
            "--aclfile",
            str(users),
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--unixsocketperm",
            "700",
        ]
        arguments += [
            "--dir",
            str(self.folder),
            "--save",
            "",
            "--appendonly",
            "yes" if self.durable else "no",
            "--maxmemory",
            MEMORY,
            "--maxmemory-policy",
            POLICY,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(binaries.valkey_server()), *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C in a terminal is for the supervisor.
                preexec_fn=None if self.durable else die_with_parent,
            )
        deadline = time.monotonic() + timeout_seconds
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"Valkey did not start; see {self.log}")
            time.sleep(0.02)

    def stop(self, timeout_seconds: float = 4) -> None:
        deadline = time.monotonic() + timeout_seconds
        try:
            with self.client() as client:
                client.shutdown(nosave=True)
        except redis.ResponseError:
            if self.process:
                self.process.terminate()
        except (redis.ConnectionError, redis.TimeoutError):
            pass  # Already down.
        while self.is_up() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.process:
            try:
                self.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    draft = file.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(content)
    draft.rename(file)
