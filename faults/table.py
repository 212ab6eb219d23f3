"""Output of the results as a table and as JSON."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.table import machine


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an experiment: counts of things that had to happen exactly once.

    `acknowledged`: confirmed to the caller. `in_window`: emails that the mail server accepted while the
    worker was killed before it could know (docs/reliability.md). `seconds`: from the last fault until
    everything worked again.
    """

    name: str
    done: str
    acknowledged: int
    lost: int
    doubled: int
    seconds: float
    in_window: int = 0

    @property
    def passed(self) -> bool:
        return not self.lost and not self.doubled


def print_table(outcomes: Sequence[Outcome]) -> None:
    table = Table(title="Proximity CRM, broken on purpose", title_justify="left")
    table.add_column("Experiment")
    table.add_column("What was done", overflow="fold")
    for head in ("acknowledged", "lost", "doubled", "in the SMTP window", "seconds to recover"):
        table.add_column(head, justify="right")
    table.add_column("passed")
    for one in outcomes:
        counts = [one.acknowledged, one.lost, one.doubled, one.in_window]
        seconds, said = f"{one.seconds:.1f}", "[green]yes[/]" if one.passed else "[red]no[/]"
        table.add_row(one.name, one.done, *(f"{count:,}" for count in counts), seconds, said)
    Console(width=None if os.isatty(1) else 160).print(table)


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "outcomes": [asdict(one) | {"passed": one.passed} for one in outcomes],
    }
