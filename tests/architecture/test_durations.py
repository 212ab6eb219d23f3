"""The files that took longest begin first, whatever seed or worker a run has."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.plugins.durations import SLOWEST, magnitude, seconds_by_file, store, stored
from tests.plugins.services import ROOT


def test_files_of_about_the_same_length_have_the_same_magnitude() -> None:
    assert [magnitude(seconds) for seconds in (0, 0.5, 1, 3, 5, 30, 40, 250)] == [0, 0, 0, 2, 2, 5, 5, 8]


def test_the_seconds_of_a_file_are_those_of_its_tests() -> None:
    assert seconds_by_file({"a.py::test_1": 2.0, "a.py::Group::test_2[x::y]": 3.0, "b.py::test_1": 1.0}) == {
        "a.py": 5.0,
        "b.py": 1.0,
    }


def test_most_of_the_slowest_files_are_still_there() -> None:
    slowest = stored(SLOWEST)
    assert sum((ROOT / name).is_file() for name in slowest) > 50, "measure them again for slowest.json"


def test_a_run_replaces_its_own_tests_and_keeps_those_of_others(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    assert stored(file) == {}
    store({"a.py::test_1": 2.0, "b.py::test_1": 1.0}, file)
    store({"a.py::test_1": 4.0}, file)
    assert stored(file) == {"a.py::test_1": 4.0, "b.py::test_1": 1.0}
    file.write_text("half a fi")
    assert stored(file) == {}


def test_workers_begin_with_what_was_slow_before_and_what_passes_is_stored(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"test_{name}.py").write_text("def test_it(): pass\ndef test_not(): assert False\n")
    (tmp_path / "test_marked.py").write_text("import pytest\n@pytest.mark.long\ndef test_it(): pass\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = long\n")
    data = tmp_path / "data"
    (data / "test").mkdir(parents=True)
    earlier = {"test_c.py::test_gone": 60.0, "test_b.py::test_it": 8.0, "test_a.py::test_it": 0.2}
    (data / "test" / "durations.json").write_text(json.dumps(earlier))
    plugins = "-p xdist -p tests.plugins.durations -n1 --dist=loadfile --no-loadscope-reorder"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-c", "pytest.ini", *plugins.split(), "."],
        cwd=tmp_path,
        env=os.environ
        | {"CRM_DATA": str(data), "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    begun = dict.fromkeys(re.findall(r"PASSED (test_\w+)\.py", done.stdout))
    assert [*begun][:3] == ["test_c", "test_marked", "test_b"], done.stdout
    after = json.loads((data / "test" / "durations.json").read_text())
    assert {"test_c.py::test_gone", "test_d.py::test_it", "test_marked.py::test_it"} < after.keys()
    assert after["test_b.py::test_it"] < 8
    assert "test_d.py::test_not" not in after
