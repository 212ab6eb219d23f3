"""Kill workers during an import and webhook deliveries."""

import csv
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from crm.embedded.environment import ROOT
from crm.embedded.files import Unavailable
from faults.city import BEAT, WORKER, City, wait_until
from faults.table import Outcome

MAPPING = """
source = "register"
identify = ["ID"]
[fields]
name = "NAME"
home_district = "DISTRICT"
kind = "KIND"
"""
ROWS = "SELECT count(*) FROM contacts_organisation"
DIFFERENT = "SELECT count(DISTINCT external_id) FROM contacts_organisationexternalid"


def import_killed(city: City, *, count: int = 20_000, kills: int = 4) -> Outcome:
    """Kill an import in the middle (SIGKILL), start it again, and kill it at its end.

    Each row exists once.
    """
    dice = random.Random(count)  # noqa: S311 (a dice, not a secret)
    with city.experiment():
        code = city.inside("district")["code"]
        register, mapping = city.folder / "register.csv", city.folder / "register.toml"
        mapping.write_text(MAPPING)
        with register.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["ID", "NAME", "KIND", "DISTRICT"])
            rows.writerows(
                [f"R{n}", f"Association {n:06} of {n * 7919 % 9973}", "ngo", code] for n in range(count)
            )
        command = [sys.executable, "manage.py", "import_organisations", str(register)]
        command += ["--mapping", str(mapping), "--quiet"]
        killed = 0
        for _ in range(kills):
            process = subprocess.Popen(
                command, cwd=ROOT, env=city.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                process.wait(dice.uniform(1, 4))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
        started = time.monotonic()
        for _again in range(2):
            ended = subprocess.run(command, cwd=ROOT, env=city.environment, capture_output=True, text=True)
            if ended.returncode:
                raise Unavailable(f"The import failed:\n{(ended.stdout + ended.stderr)[-1000:]}")
        seconds = time.monotonic() - started
        there, different = int(city.ask(ROWS)), int(city.ask(DIFFERENT))
        done = f"an import of {count:,} rows killed {killed} times, then run twice"
        return Outcome("import-killed", done, count, count - different, there - different, seconds)


def webhooks_killed(city: City, *, count: int = 300, kills: int = 6) -> Outcome:
    """Kill workers while they call a receiver. Each change arrives; repeats have the same webhook-id."""
    dice = random.Random(count)  # noqa: S311 (a dice, not a secret)
    with (
        receiver() as (port, taken),
        city.experiment(WEBHOOK_ALLOWED_HOSTS=f"127.0.0.1:{port}", WEBHOOK_PORTS=f"443,{port}"),
    ):
        city.inside("key")
        city.inside("webhook", f"http://127.0.0.1:{port}/")
        city.inside("organisations", str(count))
        city.start("beat", BEAT)
        worker = city.start("worker", WORKER)
        for _ in range(kills):
            before = len(taken)
            wait_until(lambda: len(taken) > before or _all(taken) >= count, "deliveries to flow")  # noqa: B023
            time.sleep(dice.uniform(0, 0.3))
            worker.kill()
            worker.start()
        started = time.monotonic()
        wait_until(lambda: _all(taken) >= count, "the last delivery")
        seconds = time.monotonic() - started
        ids: dict[str, set[str]] = {}
        for webhook_id, changed in list(taken):
            ids.setdefault(changed, set()).add(webhook_id)
        repeated = len(taken) - len({webhook_id for webhook_id, _changed in taken})
        done = f"{count} changes told, the worker killed {kills} times; {repeated} told again by their id"
        doubled = sum(len(found) - 1 for found in ids.values())
        return Outcome("webhooks-killed", done, count, count - len(ids), doubled, seconds)


def _all(taken: list[tuple[str, str]]) -> int:
    return len({changed for _id, changed in list(taken)})


@contextmanager
def receiver(seconds: float = 0.01) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield the port of a receiver, and the webhook-id and object of each change it accepted."""
    taken: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            taken.append((self.headers["webhook-id"], str(body["id"])))
            time.sleep(seconds)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, taken
    finally:
        server.shutdown()
        server.server_close()
