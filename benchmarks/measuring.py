"""A small HTTP client with a persistent connection, and measurement of two targets in turns."""

import http.client
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle


@dataclass(frozen=True, slots=True)
class Patience:
    """Duration and number of turns per target, and the number of warm-up requests."""

    seconds: float
    turns: int
    warm_up: int


@dataclass(frozen=True, slots=True)
class Target:
    """Paths that are requested one after another, in a cycle."""

    port: int
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sample:
    """Measurements of a target: seconds per response, and responses per second for each turn."""

    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def median_ms(self) -> float:
        return statistics.median(self.seconds) * 1000

    @property
    def p95_ms(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def in_turns(one: Target, other: Target, patience: Patience, clients: int = 1) -> tuple[Sample, Sample]:
    """Measure both targets alternately with this number of clients."""
    samples = Sample(), Sample()
    for target in (one, other):
        _turn(target, clients, 0, patience.warm_up)
    for _ in range(patience.turns):
        for target, sample in zip((one, other), samples, strict=True):
            started = time.perf_counter()
            taken = _turn(target, clients, patience.seconds)
            sample.rates.append(len(taken) / (time.perf_counter() - started))
            sample.seconds += taken
    return samples


def alone(target: Target, patience: Patience) -> Sample:
    return in_turns(target, target, patience)[0]


def _turn(target: Target, clients: int, seconds: float, at_least: int = 1) -> list[float]:
    """Return the seconds of each response, with a minimum number of responses per client."""
    taken: list[float] = []
    failures: list[Exception] = []
    deadline = time.perf_counter() + seconds

    def ask(first: int) -> None:
        try:
            taken.extend(_loop(target, first, deadline, at_least))
        except Exception as error:  # raised again by the waiting thread
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return taken


def _loop(target: Target, first: int, deadline: float, at_least: int) -> list[float]:
    taken = []
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    paths = cycle([*target.paths[first:], *target.paths[:first]])
    for number in count(1):
        path = next(paths)
        started = time.perf_counter()
        connection.request("GET", path, headers=dict(target.headers))
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        if number >= at_least and time.perf_counter() >= deadline:
            break
    connection.close()
    return taken
