"""The samples in deploy/ fit the code and work: systemd units, a proxy, and archives that restore."""

import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from crm.embedded.postgres import SUPERUSER, Postgres
from crm.queues import QUEUES
from exchange.imports.tables import MOST_BYTES
from tests.crm.test_compose import FILE
from tests.plugins import services

DEPLOY: Final = services.ROOT / "deploy"
UNITS: Final = sorted((DEPLOY / "systemd").iterdir())
SERVICES: Final = [unit for unit in UNITS if unit.suffix == ".service"]
PLACE, ARCHIVE = "/srv/proximity-crm", "/var/backups/proximity/wal"


def settings_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if re.match(r"\w+=", line):
            name, _sign, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_the_target_starts_web_beat_and_a_worker_for_each_queue() -> None:
    wanted = " ".join(settings_of(DEPLOY / "systemd" / "proximity.target")["Wants"]).split()
    assert {name for name in wanted if "worker" in name} == {f"proximity-worker@{q}.service" for q in QUEUES}
    here = {unit.name for unit in UNITS}
    assert {re.sub(r"@\w+", "@", name) for name in wanted} <= here
    timers = {unit.stem for unit in UNITS if unit.suffix == ".timer"}
    assert timers == {"proximity-backup", "proximity-drill"}
    assert {unit.stem for unit in UNITS if unit.suffix == ".service"} >= timers


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_no_service_runs_as_root_or_writes_elsewhere(unit: Path) -> None:
    found = settings_of(unit)
    assert found["NoNewPrivileges"] == found["ProtectHome"] == ["yes"]
    assert (found["CapabilityBoundingSet"], found["ProtectSystem"]) == ([""], ["strict"])
    assert found["User"][0].startswith("proximity")  # tests/crm/test_processes.py: which of them
    assert not [name for name in found if "KEY" in name or "PASSWORD" in name]


if shutil.which("systemd-analyze"):

    def test_systemd_takes_the_units(tmp_path: Path) -> None:
        for unit in UNITS:
            text = unit.read_text().replace(f"{PLACE}/.venv", sys.prefix).replace(PLACE, str(services.ROOT))
            (tmp_path / unit.name).write_text(text)
        units = sorted(map(str, tmp_path.iterdir()))
        answer = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
        ours = [line for line in answer.stderr.splitlines() if "proximity" in line]
        assert (answer.returncode, ours) == (0, [])


PROXIES: Final = {"proximity.conf": "8000", "proximity-public.conf": "8001"}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_names_the_client_and_keeps_no_log(name: str) -> None:
    text = (DEPLOY / "nginx" / name).read_text()
    assert f"proxy_pass http://127.0.0.1:{PROXIES[name]};" in text and "access_log off;" in text
    assert "proxy_set_header X-Forwarded-Proto https;" in text
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in text


def test_backups_are_deleted_after_the_same_days_everywhere() -> None:
    unit = (DEPLOY / "systemd" / "proximity-backup.service").read_text()
    guides = [(services.ROOT / "docs" / name).read_text() for name in ("install.md", "operations.md")]
    assert re.findall(r"-mtime \+(\d+) -delete", unit + guides[0]) == ["30", "30"]
    assert all("after 30 days" in guide for guide in guides)
    assert not any(word in guide for guide in guides for word in ("for a year |", "monthly backups"))


def test_the_proxy_takes_the_largest_import() -> None:
    text = (DEPLOY / "nginx" / "proximity.conf").read_text()
    size = re.search(r"client_max_body_size (\d+)m;", text)
    assert size is not None
    assert int(size[1]) * 1024 * 1024 > MOST_BYTES


if NGINX := shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):

    @pytest.mark.parametrize("name", PROXIES)
    def test_nginx_takes_the_sample(tmp_path: Path, name: str) -> None:
        request = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=city",
        ]
        made = [*request, "-keyout", f"{tmp_path}/key", "-out", f"{tmp_path}/pem"]
        subprocess.run(made, check=True, capture_output=True)
        text = (DEPLOY / "nginx" / name).read_text()
        text = re.sub(r"/etc/ssl/private/\S+\.key", f"{tmp_path}/key", text)
        text = re.sub(r"/etc/ssl/\S+\.pem", f"{tmp_path}/pem", text)
        (tmp_path / "conf").write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
        answer = subprocess.run([str(NGINX), "-t", "-c", f"{tmp_path}/conf"], capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr


def test_compose_archives_as_the_sample_for_machines_does() -> None:
    base, command = (
        yaml.safe_load(file.read_text())["services"]["postgres"]["command"]
        for file in (FILE, DEPLOY / "compose.archiving.yml")
    )
    assert command[: len(base)] == base
    for setting in command[len(base) + 1 :: 2]:
        name, _sign, value = setting.partition("=")
        assert value == configured("archiving.conf", ARCHIVE)[name]


def configured(name: str, archive: str, **changed: str) -> dict[str, str]:
    """Return the settings of a sample for PostgreSQL, with another folder for the archive."""
    lines = (DEPLOY / "postgres" / name).read_text().replace(ARCHIVE, archive).splitlines()
    pairs = (line.split(" = ", 1) for line in lines if not line.startswith("#"))
    return {name: value.strip("'") for name, value in pairs} | changed


def configure(cluster: Postgres, settings: dict[str, str]) -> None:
    with (cluster.launcher.data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def written(command: str) -> str:
    """Return the command that operations.md gives for the container of PostgreSQL, as its shell runs it."""
    guide = (services.ROOT / "docs" / "operations.md").read_text()
    ways = "exec -T|run --rm --no-deps"
    (found,) = re.findall(rf"^docker compose (?:{ways}) postgres ({command}.*)$", guide, re.MULTILINE)
    return str(found)


class Container:
    """PostgreSQL's container: a cluster of ours, with the folders that the Compose files mount into it."""

    def __init__(self, folder: Path) -> None:
        self.cluster = Postgres(folder / "city")
        parts = yaml.safe_load((DEPLOY / "compose.archiving.yml").read_text())["services"]["postgres"]
        (backups, self.backups), (scripts, self.scripts) = (one.split(":")[:2] for one in parts["volumes"])
        self.places = {self.backups: folder / backups, self.scripts: folder / scripts}
        shutil.copytree(services.ROOT / scripts, folder / scripts)
        for script in (folder / scripts).iterdir():
            script.write_text(self.here(script.read_text()))
        (folder / backups / "wal").mkdir(parents=True)
        for place in (folder / backups / "wal", folder / backups, self.cluster.launcher.data.parent):
            self.cluster.launcher.give(place)
        self.cluster._make()
        settings = (one.split("=", 1) for one in parts["command"][2::2])
        configure(self.cluster, {name: self.here(value) for name, value in settings})

    def here(self, text: str) -> str:
        """Put this machine's folders in the place of the container's."""
        for inside, outside in self.places.items():
            text = text.replace(inside, str(outside))
        return text

    def run(self, command: str) -> str:
        launcher = self.cluster.launcher
        options = launcher.options()
        options["env"] |= {
            "PATH": f"{launcher.programs}:{options['env']['PATH']}",
            "PGHOST": str(self.cluster.sockets),
            "PGUSER": SUPERUSER,
            "PGDATA": str(launcher.data),
        }
        done = subprocess.run(
            [*launcher.prefix, *shlex.split(self.here(command))], capture_output=True, text=True, **options
        )
        assert done.returncode == 0, done.stderr
        return str(done.stdout)


@pytest.mark.thorough
def test_a_cluster_is_recovered_to_the_moment_before_a_mishap(tmp_path: Path) -> None:
    """Run what docs/operations.md says with Compose, in folders like the volumes of the Compose files."""
    city = Container(tmp_path)
    cluster, base_backup, recover = city.cluster, written("sh /deploy/base"), written("sh /deploy/recover")
    named, moment = shlex.split(recover)[2:]
    try:
        cluster.start()
        cluster.execute("CREATE TABLE kept (said text)")
        old = city.run(base_backup).strip()
        cluster.execute("INSERT INTO kept VALUES ('before the mishap')")
        before = one(cluster, "SELECT clock_timestamp()::text")
        time.sleep(0.2)
        cluster.execute("DELETE FROM kept")
        recover = recover.replace(named, f"{city.backups}/{old}").replace(moment, before)
        with pytest.raises(AssertionError, match=r"PostgreSQL runs.* Nothing was changed"):
            city.run(recover)
        cluster.stop(30)  # archives the last changes
        city.run(recover)
        cluster.start()
        deadline = time.monotonic() + 30
        while city.run(f"{written('psql')} --tuples-only").strip() == "t" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert one(cluster, "SELECT said FROM kept") == "before the mishap"
    finally:
        cluster.stop(at_once=True)


def one(cluster: Postgres, statement: Any) -> Any:
    with cluster.connect() as connection:
        row = connection.execute(statement).fetchone()
    return row[0] if row else None
