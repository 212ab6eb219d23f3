"""Each process gets the variables that it reads and the keys of Valkey that it needs, and nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import redis
from django.core.cache import cache, caches
from redis.exceptions import NoPermissionError

from audit.services.witnesses import FAILURES
from crm import processes
from crm.cache import JSONClient, JSONSerializer
from crm.celery import app
from crm.embedded.environment import Copy, copy_in
from crm.embedded.valkey import WORKERS
from crm.health import ask_workers
from crm.heartbeat import BEAT, WORKER, beat_once
from crm.processes import BACKUP, MIGRATE, OURS, PUBLIC, READ, USERS, WEB
from crm.queues import QUEUES, tasks
from crm.variables import COMPOSE_ONLY, VARIABLES
from lib import counting
from tests.crm.test_compose import read
from tests.crm.test_deploy import DEPLOY, SERVICES, settings_of
from tests.plugins import services

OF_PUBLIC: Final = {
    "PUBLIC_SECRET_KEY": "a-key-of-its-own",
    "PUBLIC_DATABASE_URL": "postgres://proximity_public:role0@postgres/proximity",
    "VALKEY_PUBLIC_PASSWORD": "public0",
}
# A value of its own for each variable, so that it can be found anywhere.
GIVEN: Final = {
    **{one.name: f"-{one.name}-" for one in (*VARIABLES, *COMPOSE_ONLY)},
    "AUDIT_SIGNING_KEY_FILE": "/etc/proximity/audit-key.pem",
    "SITE_URL": "https://crm.city.example",
    **OF_PUBLIC,
}
OPEN: Final = {"SITE_URL", *(name for name in READ[PUBLIC] if name.startswith(("PUBLIC_", "CITY_")))}
FILES: Final = "/etc/proximity/"


def test_each_variable_has_a_process_that_reads_it() -> None:
    assert frozenset().union(*READ.values()) == {one.name for one in VARIABLES}
    assert set(READ) == {WEB, PUBLIC, processes.BEAT, MIGRATE, BACKUP, *QUEUES}


def test_compose_gives_each_process_what_it_reads_and_nothing_else() -> None:
    left_out = {one.name for one in VARIABLES if one.compose}
    parts = read(GIVEN, by_default=False)
    for process, names in READ.items():
        given = set(parts[process]["environment"])
        assert given <= names, (process, given - names)
        assert names - given <= left_out, (process, names - given)


def secrets_of_others(process: str) -> set[str]:
    """Return the values of variables that a process does not read."""
    own = READ[process] | OPEN | set(OF_PUBLIC)
    if process == PUBLIC:
        own -= {"SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"}
    return {value for name, value in GIVEN.items() if name not in own and name.isupper()}


def test_the_public_process_knows_no_secret_of_the_main_site() -> None:
    """Attack: code runs in the public process of a city."""
    part = json.dumps(read(GIVEN, by_default=False)[PUBLIC]["environment"])
    files = processes.files_of(GIVEN)
    for said in (part, files[f"{PUBLIC}.env"]):
        assert OF_PUBLIC["PUBLIC_SECRET_KEY"] in said and "public:public0@" in said
        for value in secrets_of_others(PUBLIC) - {GIVEN["PUBLIC_HOSTS"]}:
            assert value not in said
    assert GIVEN["PUBLIC_HOSTS"] in files[f"{PUBLIC}.env"]


@pytest.mark.parametrize("process", [MIGRATE, *QUEUES, processes.BEAT])
def test_no_process_gets_the_password_of_another(process: str) -> None:
    said = json.dumps(read(GIVEN, by_default=False)[process]["environment"])
    for user in {*USERS, ""} - {process}:
        assert GIVEN[f"VALKEY_{user.upper()}_PASSWORD".replace("__", "_")] not in said
    knows_owner = GIVEN["DATABASE_OWNER_PASSWORD"] in said
    assert knows_owner == (process == MIGRATE)
    assert (GIVEN["DATABASE_APP_PASSWORD"] in said) == (process != processes.BEAT)


def test_a_machine_gets_the_same_from_one_file(tmp_path: Path) -> None:
    settings = tmp_path / "environment"
    settings.write_text("# ours\n" + "".join(f"{name}={value}\n" for name, value in GIVEN.items()))
    command = [sys.executable, "-m", "crm.processes", str(settings), str(tmp_path)]
    subprocess.run(command, cwd=services.ROOT, check=True, capture_output=True)
    for process, names in READ.items():
        file = tmp_path / f"{process}.env"
        assert file.stat().st_mode & 0o777 == 0o600
        written = {line.partition("=")[0] for line in file.read_text().splitlines()}
        assert written <= names and names - written <= {one.name for one in VARIABLES if one.compose}
    assert "user public on >public0 " in (tmp_path / "valkey.conf").read_text()
    settings.write_text("SITE_URL=https://crm.city.example\n")
    failed = subprocess.run(command, cwd=services.ROOT, capture_output=True, text=True)
    assert (failed.returncode, failed.stderr) == (1, f"{settings}: SECRET_KEY is missing.\n")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_reads_the_file_of_its_process(unit: Path) -> None:
    found = settings_of(unit)
    name = unit.stem.removeprefix("proximity-").replace("worker@", "%i").replace("drill", BACKUP)
    assert found["EnvironmentFile"] == [f"{FILES}{name}.env"]
    accounts = {BACKUP: "proximity"}
    # Processes of one account could read each other's variables.
    assert found["User"] == [accounts.get(name, f"proximity-{name}")]
    assert name in READ or name == "%i"


def test_the_template_for_valkey_is_as_the_code_has_it() -> None:
    """`python -m crm.processes` writes it."""
    assert processes.TEMPLATE.read_text() == processes.template()


def test_secrets_are_filled_in_once(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECRET_KEY=kept\nFIELD_SECRET=\nCITY_NAME=\n")
    command = [sys.executable, str(DEPLOY / "fill_secrets.py"), str(file)]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2))
    values = processes.read_settings(file)
    assert values["SECRET_KEY"] == "kept"
    assert len(values["FIELD_SECRET"]) == len(values["VALKEY_MAIL_PASSWORD"]) == 64
    assert "FIELD_SECRET" in first.stdout and "CITY_NAME" not in values
    assert second.stdout == f"{file}: nothing was missing.\n"
    assert file.stat().st_mode & 0o777 == 0o600


# --- `dev.py run` -------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    for name in services.environment():
        if name != "DJANGO_SETTINGS_MODULE":
            monkeypatch.delenv(name)
    return copy_in(tmp_path)


def test_run_gives_each_process_what_it_reads(copy: Copy) -> None:
    for process in (WEB, PUBLIC, processes.BEAT, WORKERS):
        names = frozenset().union(*(READ[name] for name in (QUEUES if process == WORKERS else (process,))))
        given = copy.environment_of(process)
        assert given.keys() & OURS <= names, process
        assert f"//{process}:" in given["REDIS_URL"] and f"//{process}:" in given["CELERY_BROKER_URL"]
        assert ("DATABASE_OWNER_URL" in given) is False
        assert ("AUDIT_SIGNING_KEY_FILE" in given) == (process == WORKERS)
    public = copy.environment_of(PUBLIC)
    assert public["DATABASE_URL"] == copy.variables["PUBLIC_DATABASE_URL"] != copy.variables["DATABASE_URL"]
    assert copy.variables["SECRET_KEY"] not in public.values()
    assert copy.environment()["SECRET_KEY"] == copy.environment_of(WEB)["SECRET_KEY"]


# --- Valkey -------------------------------------------------------------------------------------------


@contextmanager
def client_of(user: str) -> Iterator[Any]:
    password = services.valkey.passwords[user]
    with redis.Redis(
        unix_socket_path=str(services.valkey.socket), username=user, password=password
    ) as client:
        yield client


KEYS: Final = {
    WEB: ("web:api-rate:1", "allauth:rl:login:ip:1"),
    PUBLIC: ("public:3600:network",),
    processes.BEAT: (f"heartbeat:{BEAT}",),
    "trail": ("heartbeat:trail", f"heartbeat:{WORKER}", "trail:seal_failures"),
    "mail": ("heartbeat:mail", f"heartbeat:{WORKER}", "mail:witness:url"),
    "hooks": ("heartbeat:hooks", f"heartbeat:{WORKER}"),
    "work": ("heartbeat:work", f"heartbeat:{WORKER}", "work:series-stopped:1"),
}


@pytest.mark.parametrize("user", USERS)
def test_a_process_writes_its_own_keys_and_no_others(user: str) -> None:
    """Attack: code runs in a process, and writes to Valkey what others read."""
    others = {name for names in KEYS.values() for name in names} - set(KEYS[user])
    queues = set(QUEUES) - {user}
    with client_of(user) as client:
        for name in KEYS[user]:
            client.execute_command("MSET" if user == processes.BEAT else "SET", cache.make_key(name), 1)
        for name in others:
            for command, *values in (("SET", 1), ("DEL",), ("EXPIRE", 1), ("INCR",), ("MSET", 1)):
                with pytest.raises(NoPermissionError):
                    client.execute_command(str(command), cache.make_key(name), *values)
        for queue in queues:
            for words in (f"RPOP {queue}", f"DEL {queue}", f"HGETALL unacked:{queue}:unacked"):
                with pytest.raises(NoPermissionError):
                    client.execute_command(*words.split())
        for words in ("FLUSHALL", "KEYS *", "CONFIG GET *", "ACL LIST", "EVAL return 0"):
            with pytest.raises(NoPermissionError):
                client.execute_command(*words.split())


def test_nobody_connects_without_a_user(valkey_server: redis.Redis) -> None:
    socket = str(services.valkey.socket)
    with redis.Redis(unix_socket_path=socket) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    assert services.valkey.is_up()


def test_the_public_process_wakes_no_worker() -> None:
    with client_of(WEB) as web, client_of(PUBLIC) as public:
        assert web.lpush("mail", "{}") == 1
        with pytest.raises(NoPermissionError):
            public.lpush("mail", "{}")


def test_each_process_does_what_it_must(valkey_server: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey notes each command that it refuses."""
    valkey_server.acl_log_reset()
    app.loader.import_default_modules()
    for user in (WEB, processes.PUBLIC, *QUEUES):
        client = redis.Redis.from_url(services.valkey.cache_url(user))
        monkeypatch.setattr(counting, "_redis", lambda client=client: client)
        assert [counting.count(f"{user}:counted", 60) for _n in range(2)] == [1, 2]
    for user in (WEB, processes.BEAT, *QUEUES):
        own = JSONClient([services.valkey.cache_url(user)], JSONSerializer)
        monkeypatch.setitem(caches["default"].__dict__, "_cache", own)
        if user == WEB:
            assert cache.get_or_set("web:counter", 1, 60) == 1
            cache.touch("web:counter", 60)
            assert ask_workers().keys() == {"worker", "beat"}
            assert cache.get(FAILURES) is None
        else:
            beat_once(*([user] if user == processes.BEAT else [user, WORKER]))
        with app.connection_for_write(services.valkey.broker_url(user)) as broker:
            for task in tasks():
                app.send_task(task, connection=broker)
    assert valkey_server.acl_log() == []
