"""Cost of the activity log as JSON: an API list of 100 with and without its event.

Both run alternately in one process, with the environment variables of an installation: `python -m
benchmarks.trail AUTHORIZATION SECONDS TURNS`.
"""

import json
import statistics
import sys
import time
from typing import Any
from unittest import mock

from benchmarks import inside  # isort: skip  # sets Django up

from django.test import Client

from audit.services import record
from disclosure.services import disclosing


def measure(authorization: str, seconds: float, turns: int) -> dict[str, float]:
    """Return medians in milliseconds. Both variants run through the whole application without a network."""
    client = Client(headers={"Authorization": authorization}, SERVER_NAME="localhost")
    path = f"{inside.API}?limit=100"
    times: dict[bool, list[float]] = {True: [], False: []}
    until = time.monotonic() + seconds * turns
    while time.monotonic() < until:
        for is_kept in (True, False):
            with mock.patch.object(disclosing, "record", record if is_kept else _nothing):
                times[is_kept].append(_ask(client, path))
    return {"with": statistics.median(times[True]), "without": statistics.median(times[False])}


def _ask(client: Client, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}")
    return took


def _nothing(*_: Any, **__: Any) -> None:
    """Replacement for the function that writes the event."""


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
