"""Output of the results as a table and as JSON."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """A result: `ours` against `floor` in `unit`.

    `limit` applies to the ratio if there is a floor, else to `ours`. With `at_least`, more is better. `notes`
    contains further measurements by name.
    """

    name: str
    ours: float
    unit: str
    limit: float
    floor: float | None = None
    at_least: bool = False
    notes: dict[str, float] | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def reached(self) -> bool:
        value = self.ours if self.ratio is None else self.ratio
        return value >= self.limit if self.at_least else value <= self.limit


def print_table(rows: Sequence[Row], size: str) -> None:
    table = Table(title=f"Proximity CRM, {size} organisations", title_justify="left")
    table.add_column("What")
    for head in ("measured", "floor", "ratio", "target"):
        table.add_column(head, justify="right")
    table.add_column("reached")
    table.add_column("beside it", overflow="fold")
    for row in rows:
        sign, factor = ("≥", "≤")[not row.at_least], " ×" if row.floor else f" {row.unit}"
        table.add_row(
            row.name,
            f"{_short(row.ours)} {row.unit}",
            f"{_short(row.floor)} {row.unit}" if row.floor else "–",
            f"{row.ratio:.2f} ×" if row.ratio is not None else "–",
            f"{sign} {_short(row.limit)}{factor}",
            "[green]yes[/]" if row.reached else "[red]no[/]",
            ", ".join(f"{name} {_short(value)}" for name, value in (row.notes or {}).items()),
        )
    Console(width=None if os.isatty(1) else 160).print(table)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def as_json(rows: Sequence[Row], size: int) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "organisations": size,
        "machine": machine(),
        "rows": [asdict(row) | {"ratio": row.ratio, "reached": row.reached} for row in rows],
    }


def machine() -> dict[str, Any]:
    """Describe the machine well enough to judge the results, without its name."""
    described: dict[str, Any] = {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(part, 2) for part in os.getloadavg()],
    }
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        described["processor"] = next((li.split(": ")[1] for li in lines if li.startswith("model name")), "")
    if hasattr(os, "sysconf"):
        described["memory_gb"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    return described
