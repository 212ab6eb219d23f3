"""`python3 dev.py faults`: break the system on purpose, and report what was lost or done twice."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from crm.embedded.environment import data_folder
from crm.embedded.files import Unavailable
from crm.embedded.supervisor import Stopped, ignore_signals, stop_on_signals
from faults import erasing, reminders, requests, standing, work
from faults.city import City
from faults.table import Outcome, as_json, print_table

EXPERIMENTS: dict[str, Callable[[City], Outcome]] = {
    "reminders": reminders.killed,
    "incidents": reminders.incidents,
    "worker-stopped": reminders.worker_stopped,
    "beat-twice": reminders.beat_twice,
    "beat-killed": reminders.beat_killed,
    "redis-down": reminders.redis_down,
    "smtp-stalls": reminders.smtp_stalls,
    "postgres-stopped": requests.postgres_stopped,
    "writes-without-redis": requests.redis_down_for_web,
    "web-stopped": requests.web_stopped,
    "import-killed": work.import_killed,
    "webhooks-killed": work.webhooks_killed,
    "erasure-killed": erasing.erasure_killed,
    "worker-hung": standing.worker_hung,
    "database-hung": standing.database_hung,
    "beat-clock": standing.beat_clock,
    "mail-slow": standing.mail_slow,
    "webhooks-hung": standing.webhooks_hung,
    "disk-full": standing.disk_full,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(EXPERIMENTS)} (all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what came of it to FILE as well")
    parser.add_argument("--data", help="the data folder; experiments have one of their own in it")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(EXPERIMENTS):
        parser.error(f"no experiment {', '.join(sorted(unknown))}; there are {', '.join(EXPERIMENTS)}")
    for name in ("DATABASE_URL", "DATABASE_AUDIT_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)  # experiments never touch existing servers
    stop_on_signals()
    outcomes: list[Outcome] = []
    code = 0
    try:
        with City(data_folder(chosen.data) / "faults") as city:
            for name in chosen.names or EXPERIMENTS:
                print(f"  {name} …", file=sys.stderr, flush=True)
                outcomes.append(EXPERIMENTS[name](city))
    except Stopped:
        code = 130
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        code = 1
    ignore_signals()
    print_table(outcomes)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(outcomes), indent=2) + "\n")
    return code or (0 if all(one.passed for one in outcomes) else 1)


if __name__ == "__main__":
    sys.exit(main())
