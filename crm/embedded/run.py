"""`dev.py run`: the whole application under one supervisor."""

import argparse
import json
import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crm import processes

from .addresses import reachable_at
from .children import kill_leftovers, mark
from .environment import ROOT, Copy, copy_in, data_folder, local_names
from .files import Unavailable, open_lock, private_folder, try_lock
from .postgres import Postgres
from .services import Services
from .supervisor import Child, Stopped, Supervisor, ignore_signals, stop_on_signals
from .valkey import WORKERS, Valkey

DEMO_PASSWORD = "proximity-demo"  # noqa: S105 (printed for everybody, and only in the demo)
DEMO_SIGN_INS = {
    "officer.north@demo.example": "officer, north",
    "officer.south@demo.example": "officer, south",
    "supervisor@demo.example": "supervisor",
    "supervisor.city@demo.example": "supervisor of the whole city",
    "privacy@demo.example": "privacy officer",
    "admin@demo.example": "administrator",
    "confirmer@demo.example": "confirmer",
}
LOAD_DEMO = "load_demo --when-told"
HAS_REAL_DATA = 3  # Exit code of `manage.py load_demo`.
HEALTH_PATIENCE_SECONDS = 90
WEB = "gunicorn crm.wsgi --config python:crm.serving --graceful-timeout 2"
PUBLIC = "gunicorn crm.public_wsgi --config python:crm.serving --workers 1 --graceful-timeout 2"
PARTS = ("database", "broker", "worker", "beat")  # nothing works without these
LOOK_EVERY_SECONDS = 0.5
LOOK_AT_SERVERS_EVERY = 4


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py run", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="where to listen (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="on which address; 0.0.0.0 is every one")
    parser.add_argument("--data", help="the data folder (CRM_DATA, else .data)")
    parser.add_argument("--no-demo", action="store_true", help="an empty system, without demo data")
    chosen = parser.parse_args(arguments)
    folder = data_folder(chosen.data)
    with _alone_in(folder):
        _refuse_taken_port(chosen.host, chosen.port)
        copy = copy_in(folder)
        copy.remember(_variables_of_run(copy, chosen))
        _Run(copy, chosen.host, chosen.port, demo=not chosen.no_demo).until_stopped()
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: choose a number from 1 to 65535.")
    return int(text)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Lock the folder, and kill processes that a killed run has left."""
    with open_lock(folder / "run.lock") as lock:
        if not try_lock(lock):
            raise Unavailable(
                f"Another `run` is already using {folder}. Stop it, or choose another folder with --data."
            )
        kill_leftovers(folder)
        yield


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise Unavailable(
                f"Port {port} of {host} cannot be used ({problem.strerror}): choose --port."
            ) from None


def free_port() -> int:
    """Return a free port that the kernel gives to no connection and to no server that asks for any port.

    It gives them ports from 32768 (Linux) or 49152, and could give one away before its server starts.
    """
    for _attempt in range(100):
        port = 20_000 + secrets.randbelow(12_768)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Unavailable("None of 100 ports between 20000 and 32767 is free.")


def _variables_of_run(copy: Copy, chosen: argparse.Namespace) -> dict[str, str]:
    variables = {
        "SITE_URL": f"http://localhost:{chosen.port}",
        "DEMO": "0" if chosen.no_demo else "1",
        "ALLOWED_HOSTS": ",".join([*local_names(), *reachable_at(chosen.host)]),
    }
    if "PUBLIC_REGISTER_URL" not in os.environ and "PUBLIC_DATABASE_URL" in copy.variables:
        variables["PUBLIC_REGISTER_URL"] = f"http://localhost:{_public_port(chosen.port)}"
    if "EMAIL_URL" not in os.environ:
        variables["EMAIL_URL"] = f"smtp://127.0.0.1:{free_port()}"
        variables["MAIL_SINK_DIR"] = str(private_folder(copy.folder / "mail"))
    return variables


def _public_port(port: int) -> int:
    """The port of the public process: the next one if it is free."""
    with socket.socket() as probe, suppress(OSError, OverflowError):
        probe.bind(("127.0.0.1", port + 1))
        return port + 1
    return free_port()


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print the name of a step and how long it took."""
    print(f"  {text:<36}", end="", flush=True)
    started = time.monotonic()
    yield
    say(f"{time.monotonic() - started:5.1f} s")


def _module(command: str) -> list[str]:
    return [sys.executable, "-m", *command.split()]


def _manage(command: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *command.split()]


class _Run:
    def __init__(self, copy: Copy, host: str, port: int, *, demo: bool) -> None:
        self.copy, self.host, self.port, self.demo = copy, host, port, demo
        self.services = Services(copy.folder, copy.servers)
        self.said = ""
        logs = private_folder(copy.folder / "logs")
        self.supervisor = Supervisor(copy.environment() | mark(copy.folder), logs)
        self.web = self._child("web", [*_module(WEB), "--bind", self._bind()], processes.WEB)
        # Let the worker finish its task, then return the task. The database rows show what is left to do.
        patience = ((signal.SIGTERM, 2.0), (signal.SIGQUIT, 1.0))
        self.worker = self._child("worker", _module("crm.workers trail mail hooks work"), WORKERS)
        self.worker.patience = patience
        self.beat = self._child("beat", _module("crm.workers beat"), processes.BEAT)
        self.public = self._public_process()

    def _child(self, name: str, command: list[str], process: str) -> Child:
        """A child that gets the variables of its process alone."""
        marked = mark(self.copy.folder)
        return Child(name, command, environment=lambda: self.copy.environment_of(process) | marked)

    def _bind(self, port: int | None = None) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{port or self.port}"

    def _public_process(self) -> Child | None:
        url = self.copy.variables.get("PUBLIC_REGISTER_URL", "")
        if not url:
            return None
        command = [*_module(PUBLIC), "--bind", self._bind(int(url.rpartition(":")[2]))]
        return self._child("public", command, processes.PUBLIC)

    def until_stopped(self) -> None:
        started = time.monotonic()
        stop_on_signals()
        try:
            self._start()
            self._greet(time.monotonic() - started)
            self._watch()
        except Stopped:
            say("\nStopping …")
        finally:
            ignore_signals()
            self.supervisor.stop(
                [child for child in (self.beat, self.web) if child in self.supervisor.children]
            )
            self.supervisor.stop()
            self.services.leave()
        say("Stopped.")

    def _start(self) -> None:
        say(f"Proximity CRM, data in {self.copy.folder}")
        names = " and ".join(server.name for server in self.copy.servers)
        is_new = any(isinstance(server, Postgres) and not server.is_made() for server in self.copy.servers)
        preparing = self.supervisor.begin("manage", _manage("prepare_database"))  # waits for PostgreSQL
        if self.demo:
            loading = self.supervisor.begin("manage", _manage(LOAD_DEMO), waits=True)
        if names:
            with step(f"Starting {names}"):
                self.services.join()
        if sink := self.copy.variables.get("MAIL_SINK_DIR"):
            port = self.copy.variables["EMAIL_URL"].rsplit(":", 1)[1]
            command = [sys.executable, "-m", "crm.embedded.mail_sink", "--port", port, "--folder", sink]
            self.supervisor.start(Child("mail-sink", command))
        with step("Migrating the database"):
            self._wait_for("prepare_database", preparing)
        parts = [child for child in (self.web, self.worker, self.beat, self.public) if child]
        if is_new:  # so the demo cannot be refused, and the rest can start beside it
            self._start_all(parts)
        if self.demo:
            with step("Loading demo data (only if the database is empty)"):
                self.supervisor.tell(loading)
                self.demo = self._wait_for("load_demo", loading, also_fine=HAS_REAL_DATA) == 0
            if not self.demo:
                say("  This folder has data of its own: no demo.")
                self.copy.remember({"DEMO": "0"})
                self.supervisor.environment |= self.copy.environment()
        with step("Starting web, worker and beat"):
            self._start_all(parts)
            self._wait_for_health()

    def _start_all(self, children: list[Child]) -> None:
        for child in children:
            if child not in self.supervisor.children:
                self.supervisor.start(child)

    def _wait_for(self, command: str, child: Child, *, also_fine: int = 0) -> int:
        code = self.supervisor.finish(child)
        if code not in (0, also_fine):
            say()
            raise Unavailable(f"manage.py {command} failed:\n{self._tail('manage')}")
        return code

    def _tail(self, name: str, lines: int = 15) -> str:
        text = self.supervisor.log_of(name).read_text(errors="replace")
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def _wait_for_health(self) -> None:
        deadline = time.monotonic() + HEALTH_PATIENCE_SECONDS
        states: dict[str, str] = {}
        while any(states.get(part) != "up" for part in PARTS):
            if time.monotonic() > deadline:
                say()
                raise Unavailable(f"Not healthy: {states or 'no answer'}; see {self.supervisor.logs}")
            if dead := self.supervisor.restart_dead():
                say()
                say(f"  {dead[0]} ended and is started again:\n{self._tail(dead[0])}")
            time.sleep(0.2)
            states = self._health()

    def _health(self) -> dict[str, str]:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 (what it means)
        request = urllib.request.Request(f"http://{host}:{self.port}/healthz", headers={"Host": "localhost"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (http by construction)
                states = json.load(answer)
        except urllib.error.HTTPError as unhealthy:  # stopped background work is no reason not to start
            try:
                states = json.load(unhealthy)
            except ValueError:
                states = {"status": f"HTTP {unhealthy.code}"}
        except (OSError, ValueError):
            return {}
        return states if isinstance(states, dict) else {}

    def _greet(self, seconds: float) -> None:
        site = self.copy.environment()["SITE_URL"]
        say(f"\nReady after {seconds:.1f} s: {site}/")
        for address in reachable_at(self.host):
            say(f"From other machines: http://{address}:{self.port}/")
        if url := self.copy.variables.get("PUBLIC_REGISTER_URL"):
            say(f"Public pages, for residents: {url}/")
        if self._health().get("policies") == "down":
            say("Row-level policies are off, as after an upgrade. Stop this and start again to turn them on.")
        if self.demo and reachable_at(self.host):
            say("Warning: the demo's passwords are public. Whoever reaches this address can sign in.")
        if self.demo:
            say(f"\nDemo sign-ins, all with the password {DEMO_PASSWORD}:")
            for address, role in DEMO_SIGN_INS.items():
                say(f"  {address:<30}{role}")
        else:
            say("\nThe first sign-in: python3 dev.py manage create_administrator EMAIL")
        if "MAIL_SINK_DIR" in self.copy.variables:
            say(
                f"Emails are stored at {site}/mail/ and not sent. To send them, set EMAIL_URL=smtp://host:port."
            )
        say(f"Logs are in {self.supervisor.logs}. Ctrl+C stops everything.")

    def _watch(self) -> None:
        turn = 0
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            turn += 1
            try:
                for name in self.supervisor.restart_dead():
                    say(f"{time.strftime('%H:%M:%S')} {name} ended and is started again; see {name}.log")
            except OSError as problem:  # a full disk: tried again in the next round
                say(f"{time.strftime('%H:%M:%S')} {problem}")
            if turn % LOOK_AT_SERVERS_EVERY == 0:
                self._look_at_servers()
                with suppress(OSError):  # a full disk
                    self.supervisor.shorten_logs()

    def _look_at_servers(self) -> None:
        """Restart dead servers and report each problem once. Problems never end this process."""
        try:
            complaints = [f"{name} had ended and was started again" for name in self.services.revive()]
            complaints += [server.complaint() for server in self.copy.servers if isinstance(server, Valkey)]
        except (Unavailable, OSError) as problem:
            complaints = [str(problem)]
        for text in filter(None, complaints):
            if text != self.said:
                say(f"{time.strftime('%H:%M:%S')} {text}")
        self.said = next(filter(None, complaints), "")
