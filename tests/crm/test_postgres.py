"""The embedded PostgreSQL starts in every way this user can start it, and recovers from a crash."""

import os
from pathlib import Path

import pytest

from crm.embedded import binaries, files, launcher
from crm.embedded.postgres import DATABASE, OWNER, Postgres
from crm.embedded.services import Services

WAYS: list[launcher.Way] = [launcher.launcher, launcher.demoted] if os.geteuid() == 0 else [launcher.launcher]


@pytest.mark.parametrize("way", WAYS)
def test_starts_where_nobody_else_may_look(tmp_path: Path, way: launcher.Way) -> None:
    old = os.umask(0o077)
    try:
        cluster = Postgres(files.private_folder(tmp_path), durable=False)
        cluster.launcher = way(binaries.postgres_programs(), tmp_path / "postgres")
        cluster.start()
        with cluster.connect(DATABASE, OWNER) as connection:
            for extension in ("pg_trgm", "unaccent", "btree_gist"):
                connection.execute(f"CREATE EXTENSION {extension}")
            answer = connection.execute(
                "SELECT upper('zoë'), similarity('Κατερίνα', 'Κατερινα') > 0"
            ).fetchone()
        assert answer == ("ZOË", True)
    finally:
        cluster.stop()
        os.umask(old)
    assert not cluster.is_up()


def test_a_killed_start_is_made_again(tmp_path: Path) -> None:
    """An incomplete cluster, and a pid file whose number belongs to another program."""
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    cluster = Postgres(tmp_path, durable=False)
    cluster.start()
    cluster.stop()
    (cluster.launcher.data / "postmaster.pid").write_text(f"{os.getppid()}\n{cluster.launcher.data}\n")
    cluster.start()
    assert cluster.is_up()
    cluster.stop()
    assert not cluster.is_up()


def test_the_last_user_stops_the_servers(tmp_path: Path) -> None:
    first = Services(tmp_path, [Postgres(tmp_path, durable=False)])
    second = Services(tmp_path, [Postgres(tmp_path, durable=False)])
    first.join()
    second.join()
    first.leave()
    assert second.servers[0].is_up()
    second.leave()
    assert not second.servers[0].is_up()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "theirs"
    target.mkdir()
    trap = tmp_path / "sockets"
    trap.symlink_to(target)
    with pytest.raises(files.Unavailable):
        files.private_folder(trap)
