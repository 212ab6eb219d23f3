"""API write experiments: the database, the broker or the web server fails."""

import time

from faults.city import City, wait_until
from faults.table import Outcome
from faults.writers import CUT, Writers

IDS = "SELECT array_agg(id::text) FROM contacts_organisation"


def postgres_stopped(city: City, *, stops: int = 3, seconds: float = 4) -> Outcome:
    """Stop the database abruptly, several times. Each confirmed write must exist exactly once."""
    with city.experiment():
        writers = _writers(city)
        recovered: list[float] = []
        for _ in range(stops):
            time.sleep(seconds)
            city.stop_postgres_at_once()
            time.sleep(1)
            city.postgres.start()
            recovered.append(_recovery(writers))
        time.sleep(seconds)
        writers.stop()
        done = f"8 tools write, the database stopped at once {stops} times; {_others(writers)}"
        return _outcome(city, "postgres-stopped", done, writers, max(recovered))


def redis_down_for_web(city: City, *, seconds: float = 8) -> Outcome:
    """Write while the broker and the cache are down."""
    with city.experiment():
        writers = _writers(city)
        time.sleep(2)
        city.valkey.stop()
        seconds_to_first = _recovery(writers)
        time.sleep(seconds)
        city.valkey.start()
        time.sleep(1)
        writers.stop()
        done = f"8 tools write, no broker and no cache for {seconds:.0f} s; {_others(writers)}"
        return _outcome(city, "writes-without-redis", done, writers, seconds_to_first)


def web_stopped(city: City, *, stops: int = 4, seconds: float = 3) -> Outcome:
    """Stop the web server under load (SIGTERM). Accepted requests get a response; others are refused."""
    with city.experiment():
        key = city.inside("key")
        web = city.start_web()
        writers = Writers(city.web_port, key["token"], key["district"], insists=False)
        recovered = []
        for _ in range(stops):
            time.sleep(seconds)
            web.end()
            web.start()
            recovered.append(_recovery(writers))
        writers.stop()
        lost = writers.answers[CUT] + sum(n for said, n in writers.answers.items() if said.startswith("5"))
        done = f"8 tools write, the web server asked to stop {stops} times; {_others(writers)}"
        outcome = _outcome(city, "web-stopped", done, writers, max(recovered))
        there = set(city.ask(IDS) or ())
        unsaid = len(there - set(writers.promised))  # done, but not confirmed
        return Outcome(outcome.name, done, outcome.acknowledged, outcome.lost + lost, unsaid, outcome.seconds)


def _writers(city: City) -> Writers:
    key = city.inside("key")
    city.start_web()
    writers = Writers(city.web_port, key["token"], key["district"])
    wait_until(lambda: writers.promised, "the first write", 60)
    return writers


def _recovery(writers: Writers) -> float:
    """Return the seconds until a write is confirmed again."""
    started = time.time()
    wait_until(lambda: writers.promised_since(started), "a write that is promised", 60)
    return (writers.promised_since(started) or started) - started


def _outcome(city: City, name: str, done: str, writers: Writers, seconds: float) -> Outcome:
    there = city.ask(IDS) or []
    lost = len(set(writers.promised) - set(there))
    return Outcome(name, done, len(writers.promised), lost, len(there) - len(set(there)), seconds)


def _others(writers: Writers) -> str:
    """Describe the responses other than 201."""
    found = sorted((said, n) for said, n in writers.answers.items() if said != "201")
    return ", ".join(f"{n} {said}" for said, n in found) or "nothing but 201"
