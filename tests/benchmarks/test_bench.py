"""`dev.py bench` with very little data measures and reports everything. Durations are not tested."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import ROWS, number
from benchmarks.table import Row

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("text", "rows"), [("10k", 10_000), ("1m", 1_000_000), ("500", 500)])
def test_a_size_is_written_short(text: str, rows: int) -> None:
    assert number(text) == rows


def test_a_row_without_floor_is_judged_by_itself_and_one_with_by_its_ratio() -> None:
    assert Row("time", 40, "ms", 50).reached
    assert not Row("ratio", 40, "ms", 4, floor=5).reached
    assert Row("rate", 300, "/s", 0.25, floor=1000, at_least=True).reached


def test_a_row_nobody_knows_is_refused_by_name() -> None:
    done = bench("lists")
    assert done.returncode == 2
    assert "no row lists; there are list, detail" in done.stderr


@pytest.mark.thorough
@pytest.mark.long
def test_a_tiny_book_is_seeded_measured_and_told_as_table_and_json(tmp_path: Path) -> None:
    told = tmp_path / "numbers.json"
    asked = [
        "list",
        "detail",
        "search",
        "depth",
        "today",
        "trail",
        "reports",
        "statements",
        "policies",
        "person",
        "reminders",
        "import",
    ]
    short = ["--seconds", "0.05", "--turns", "1", "--warm-up", "1"]
    done = bench(*asked, *short, "--size", "300", "--data", str(tmp_path), "--json", str(told))
    assert done.returncode == 0, done.stderr
    assert set(ROWS) - set(asked) == {"growth", "start"}
    found = json.loads(told.read_text())
    assert found["organisations"] == 300
    assert {"system", "python", "cores", "load"} <= set(found["machine"])
    names = [row["name"] for row in found["rows"]]
    for name in ("API: list of 100", "Search, none", "Today page of an officer", "Importing 300 rows"):
        assert name in names
        assert name in done.stdout
    assert "Privacy desk: search for a person" in names
    for row in found["rows"]:
        assert row["ours"] > 0
        assert isinstance(row["reached"], bool)
        assert (row["ratio"] is None) == (row["floor"] is None)
    counted = {row["name"]: row for row in found["rows"] if row["name"].startswith("SQL statements")}
    assert all(row["reached"] for row in counted.values()), counted


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark with its own servers, because the tests' servers are shared."""
    environment = {name: value for name, value in os.environ.items() if name != "CRM_DATA"}
    command = [sys.executable, "-m", "crm.embedded", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
