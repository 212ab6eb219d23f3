"""`python3 dev.py bench`: seed the data, start the servers, measure, and report which targets are met."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import answers, work
from benchmarks.measuring import Patience
from benchmarks.stack import Stack
from benchmarks.table import Row, as_json, print_table
from crm.embedded.environment import data_folder
from crm.embedded.files import Unavailable
from crm.embedded.supervisor import Stopped, ignore_signals, stop_on_signals

UNITS = {"k": 1_000, "m": 1_000_000}
GROWN_FROM = 10_000
ON_THE_STACK = {
    "list": answers.list_100,
    "detail": answers.detail,
    "search": answers.search,
    "depth": answers.depth,
    "today": answers.today,
    "trail": answers.trail,
    "reports": answers.reports,
    "statements": answers.statements,
    "person": answers.person,
}
ON_A_SCRATCH = {"reminders": work.reminders, "import": work.import_rows}
ROWS = [*ON_THE_STACK, "growth", "policies", *ON_A_SCRATCH, "start"]


def number(text: str) -> int:
    """Parse a number: `10k` is 10,000."""
    return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"what to measure: {', '.join(ROWS)} (all)")
    parser.add_argument("--size", default="10k", help="organisations in the book: 10k, 100k or 1m (10k)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE as well")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long one turn lasts (1)")
    parser.add_argument("--turns", type=int, default=6, help="how many turns each one has (6)")
    parser.add_argument("--warm-up", type=int, default=30, help="requests before the turns (30)")
    parser.add_argument("--data", help="where seeded databases are kept (CRM_DATA, else .data)")
    chosen = parser.parse_args()
    if unknown := set(chosen.rows) - set(ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    for name in ("DATABASE_URL", "DATABASE_AUDIT_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)  # a benchmark never uses an existing database
    stop_on_signals()
    rows: list[Row] = []
    code = 0
    try:
        for row in _measured(chosen):
            rows.append(row)
            print(f"  {row.name}", file=sys.stderr, flush=True)
    except Stopped:
        code = 130
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        code = 1
    ignore_signals()
    print_table(rows, chosen.size)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(rows, number(chosen.size)), indent=2) + "\n")
    return code


def _measured(chosen: argparse.Namespace) -> Iterator[Row]:
    folder, size, wanted = data_folder(chosen.data), number(chosen.size), chosen.rows or ROWS
    patience = Patience(chosen.seconds, chosen.turns, chosen.warm_up)
    with Stack(folder, size) as stack, ExitStack() as copies:
        # Copied before the first connection to the original, so that it is served only once.
        plain = copies.enter_context(stack.without_policies()) if "policies" in wanted else None
        with stack.serving():
            for name, measure in ON_THE_STACK.items():
                if name in wanted:
                    yield from measure(stack, patience)
            if "growth" in wanted and size > GROWN_FROM:
                with Stack(folder, GROWN_FROM) as small, small.serving():
                    yield from answers.growth(stack, small, patience)
            if plain:
                with plain.serving():
                    yield from answers.policies(stack, plain, patience)
        for name, work_through in ON_A_SCRATCH.items():
            if name in wanted:
                yield from work_through(stack, min(size, work.MOST[name]))
    if "start" in wanted:
        yield from work.start(folder)


if __name__ == "__main__":
    sys.exit(main())
