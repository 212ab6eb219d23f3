"""Reminder experiments: workers, beat, database, broker and mail server fail."""

import random
import time
from collections import Counter
from collections.abc import Sequence

from faults.city import BEAT, WORKER, City, Program, wait_until
from faults.table import Outcome

# A killed process may have had no time to mark its last message if it was killed this soon after sending
# (milliseconds, with a margin for a busy machine).
WINDOW_SECONDS = 1.0
LEFT = "SELECT count(*) FROM reminders_reminder WHERE occurrence <= now() AND sent_at IS NULL"
AHEAD = "SELECT count(*) FROM reminders_reminder WHERE sent_at IS NULL"  # what is due in some minutes too
SENT = "SELECT array_agg(message_id) FROM reminders_reminder WHERE sent_at IS NOT NULL"
ESCALATIONS = f"{SENT} AND rule IN ('incident_late', 'incident_late_city')"
LEFT_ALONE = (
    "SELECT count(*) FROM incidents_incidentstep step LEFT JOIN accounts_user owner "
    "ON owner.id = step.owner_id WHERE step.status = 'open' AND owner.is_active IS NOT TRUE"
)


def killed(city: City, *, count: int = 2000, kills: int = 20, stops: int = 2, flushes: int = 2) -> Outcome:
    """Kill workers (all, or only child processes) at random moments, and stop servers in between."""
    dice = random.Random(count)  # noqa: S311 (a dice, not a secret)
    with city.experiment():
        due = _begin(city, count)
        beat, worker = city.start("beat", BEAT), city.start("worker", WORKER)
        faults, done = _break(city, worker, dice, steps_of(kills, stops, flushes))
        seconds = _drain(city)
        beat.kill()
        said = f"{done['kill']} kills ({done['of children']} of children only), "
        said += f"{done['stop']} stops of the database, {done['flush']} flushes of the broker"
        return outcome_of(city, "reminders", f"{count} reminders: {said}", due, seconds, faults)


def incidents(city: City, *, count: int = 300, kills: int = 20, flushes: int = 2) -> Outcome:
    """Kill workers while incidents escalate and half of the officers' accounts are deactivated.

    Acknowledged are the escalations: one to the district's supervisor and one to the city's for each
    incident. A step that ends without an owner who can work on it counts as lost.
    """
    dice = random.Random(count)  # noqa: S311 (a dice, not a secret)
    with city.experiment():
        city.start_sink()
        due = int(city.inside("incidents", str(count))["escalations"])
        beat, worker = city.start("beat", BEAT), city.start("worker", WORKER)
        city.inside("leave")
        faults, done = _break(city, worker, dice, steps_of(kills, 0, flushes), left=AHEAD)
        seconds = _drain(city, left=AHEAD)
        started = time.monotonic()
        wait_until(lambda: not city.ask(LEFT_ALONE), "an owner of each step")
        seconds = max(seconds, time.monotonic() - started)
        beat.kill()
        said = f"{count} incidents, half of the officers left: {done['kill']} kills "
        said += f"({done['of children']} of children only), {done['flush']} flushes of the broker"
        return outcome_of(city, "incidents", said, due, seconds, faults, sent=ESCALATIONS)


def steps_of(kills: int, stops: int, flushes: int) -> list[str]:
    """Kills, with stops of the database and flushes of the broker in between."""
    steps = ["kill"] * kills
    for number in range(stops):
        steps.insert((number + 1) * kills // (stops + 1), "stop")
    for number in range(flushes):
        steps.insert((number + 1) * len(steps) // (flushes + 2), "flush")
    return steps


def _break(
    city: City, worker: Program, dice: random.Random, steps: Sequence[str], *, left: str = LEFT
) -> tuple[list[tuple[float, float]], Counter[str]]:
    """Do each of these while messages flow. Returns when each began and ended, and how often it was done."""
    faults: list[tuple[float, float]] = []
    done = Counter[str]()
    for step in steps:
        _wait_for_work(city, left)
        time.sleep(dice.uniform(0, 0.4))
        began = time.time()
        if step == "stop":
            city.stop_postgres_at_once()
            time.sleep(1)
            city.postgres.start()
        elif step == "flush":
            city.flush()
        elif dice.random() < 0.5 and worker.kill_children():
            done["of children"] += 1
        else:
            worker.kill()
            worker.start()
        faults.append((began, time.time()))
        done[step] += 1
    return faults, done


def worker_stopped(city: City, *, count: int = 500, stops: int = 5) -> Outcome:
    """Stop workers (SIGTERM) in the middle, as for an upgrade. Each finishes the message it has begun."""
    with city.experiment():
        due = _begin(city, count)
        city.start("beat", BEAT)
        worker = city.start("worker", WORKER)
        for _ in range(stops):
            _wait_for_work(city, LEFT)
            worker.end(60)
            worker.start()
        said = f"{count} reminders, the worker asked to stop {stops} times"
        return outcome_of(city, "worker-stopped", said, due, _drain(city))


def beat_twice(city: City, *, count: int = 500) -> Outcome:
    """Run two beats and two workers."""
    with city.experiment():
        due = _begin(city, count)
        for number in range(2):
            city.start(f"beat{number}", BEAT)
            city.start(f"worker{number}", f"{WORKER} -n worker{number}@%h")
        seconds = _drain(city)
        return outcome_of(city, "beat-twice", f"{count} reminders, two beats, two workers", due, seconds)


def beat_killed(city: City, *, count: int = 200) -> Outcome:
    """Kill beat, make reminders due, start beat again.

    Only beat can find these, because nobody woke a worker.
    """
    with city.experiment():
        beat = city.start("beat", BEAT)
        city.start("worker", WORKER)
        city.wait_for_life()
        beat.kill()
        city.flush()
        due = _begin(city, count)
        city.flush()  # including any message to a worker
        beat.start()
        return outcome_of(
            city, "beat-killed", f"{count} reminders made while beat was dead", due, _drain(city)
        )


def redis_down(city: City, *, count: int = 200, seconds: float = 10) -> Outcome:
    """Stop the broker while reminders become due, and start it again empty."""
    with city.experiment():
        city.start("beat", BEAT)
        city.start("worker", WORKER)
        city.wait_for_life()
        city.valkey.stop()
        due = _begin(city, count)
        time.sleep(seconds)
        city.valkey.start()
        city.flush()
        said = f"{count} reminders made while the broker was down for {seconds:.0f} s, then empty"
        return outcome_of(city, "redis-down", said, due, _drain(city))


def smtp_stalls(city: City, *, count: int = 50, stalls: int = 2, patience: int = 10) -> Outcome:
    """Let the mail server accept messages but confirm too late. They are sent again with the same Message-ID.

    This is the one remaining window (RFC 5321, 4.5.3.2.6; RFC 1047). The duplicates are reported as such, and
    nothing is lost.
    """
    with city.experiment(EMAIL_TIMEOUT=str(patience)):
        due = _begin(city, count, stalls=stalls, stall_seconds=patience + 2)
        city.start("beat", BEAT)
        city.start("worker", WORKER)
        seconds = _drain(city)
        outcome = outcome_of(city, "smtp-stalls", "", due, seconds)
        said = f"{count} reminders, {stalls} taken with a “250” {patience + 2} s later, patience {patience} s"
        late = min(outcome.doubled, stalls)
        return Outcome(
            "smtp-stalls", said, due, outcome.lost, outcome.doubled - late, seconds, outcome.in_window + late
        )


def _begin(city: City, count: int, *, stalls: int = 0, stall_seconds: float = 0) -> int:
    city.start_sink(stalls, stall_seconds)
    return int(city.inside("promises", str(count))["due"])


def _wait_for_work(city: City, left: str) -> None:
    """Wait until messages flow again. Waiting for dead workers' leases would mean killing idle workers."""
    taken = len(city.taken())
    wait_until(lambda: len(city.taken()) > taken or not city.ask(left), "e-mails to flow")


def _drain(city: City, *, left: str = LEFT) -> float:
    """Return the seconds until no work is left."""
    started = time.monotonic()
    wait_until(lambda: not city.ask(left), "the last reminder")
    return time.monotonic() - started


def outcome_of(
    city: City,
    name: str,
    done: str,
    due: int,
    seconds: float,
    faults: Sequence[tuple[float, float]] = (),
    *,
    sent: str = SENT,
) -> Outcome:
    """What became of `due` messages, whose IDs the statement `sent` reads."""
    wanted = city.ask(sent) or []
    taken = city.taken()
    lost = due - len(set(wanted) & {one.message_id for one in taken})
    latest = {one.session: one for one in taken}  # the last message of each process
    copies = Counter(one.message_id for one in taken)
    excused = 0
    for one in taken:
        if copies[one.message_id] > 1 and latest[one.session] is one and _fault_after(one.moment, faults):
            copies[one.message_id] -= 1
            excused += 1
    doubled = sum(copies.values()) - len(copies)
    return Outcome(name, done, due, lost, doubled, seconds, excused)


def _fault_after(moment: float, faults: Sequence[tuple[float, float]]) -> bool:
    return any(began - WINDOW_SECONDS < moment < ended for began, ended in faults)
