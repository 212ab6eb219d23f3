"""The processes of an installation: the variables that each reads, and what each may do in Valkey.

Compose, the systemd units and `dev.py run` give a process nothing else (tests/crm/test_processes.py).
`python -m crm.processes` writes the files that systemd and Valkey read (docs/install-without-containers.md).
"""

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from crm.queues import QUEUES
from crm.variables import COMPOSE_ONLY, MADE_BY_COMPOSE, VARIABLES

WEB, PUBLIC, BEAT, MIGRATE, BACKUP = "web", "public", "beat", "migrate", "backup"
#: The processes that have a user of their own in Valkey.
USERS: Final = (WEB, PUBLIC, BEAT, *QUEUES)


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ANY: Final = _names(
    "SITE_URL ALLOWED_HOSTS CITY_TIME_ZONE LOG_LEVEL REDIS_URL REDIS_CACHE_URL"
    " CELERY_BROKER_URL HTTPS DEBUG DEMO STATIC_FROM_FINDERS FONT_CACHE_DIR"
)
_CITY: Final = _names("CITY_NAME CITY_PHONE_REGION CITY_COUNTRY CITY_REGION")
_PAGES: Final = _names("PUBLIC_SITE_URL PUBLIC_LEAVE_URL PUBLIC_EMERGENCY_NUMBER PUBLIC_REGISTER_URL")
_DATABASE: Final = _names("SECRET_KEY DATABASE_URL DATABASE_POOLED CONN_MAX_AGE ROW_SECURITY")
# Of every process that works with records.
_RECORDS: Final = (
    _ANY
    | _CITY
    | _PAGES
    | _DATABASE
    | _names(
        "SECRET_KEY_FALLBACKS FIELD_SECRET FIELD_KEYS DEFAULT_LAWFUL_BASIS DEFAULT_PURPOSE"
        " SEARCH_FACTS RETENTION_ROWS_A_DAY WHATSAPP_LINKS REGIMES LED_ANSWER_DAYS COMPLAINTS_BODY_NAME"
        " COMPLAINTS_BODY_URL FIGURES_PROVISIONAL_DAYS FIGURES_MEMBERS_YEARS FIGURE_LIMITS TENSION_SCALE"
        " JOBS_AT_ONCE SANDBOX DAYS_OFF"
    )
)
_SERVED: Final = _names("BEHIND_PROXY TRUSTED_PROXIES REQUEST_SECONDS HSTS_SUBDOMAINS HSTS_PRELOAD")
_MAIL: Final = _names("EMAIL_URL EMAIL_TIMEOUT DEFAULT_FROM_EMAIL")
_CALLS: Final = _names("WEBHOOK_ALLOWED_HOSTS WEBHOOK_PORTS WEBHOOK_SECONDS")
_OWNER: Final = _names("DATABASE_OWNER_URL DATABASE_AUDIT_URL")
_SIGN_IN: Final = _names(
    "CSRF_TRUSTED_ORIGINS REQUIRE_SECOND_FACTOR SECOND_FACTOR_FOR_ALL"
    " SECOND_FACTOR_GRACE_DAYS SESSION_IDLE_MINUTES SESSION_PEOPLE_OFFICER"
    " SESSION_PEOPLE_SUPERVISOR PASSWORD_RESET_SECONDS OIDC_ISSUER OIDC_NAME OIDC_CLIENT_ID"
    " OIDC_CLIENT_SECRET"
)

#: The variables that each process reads. Its other variables are not ours, such as PATH.
READ: Final[Mapping[str, frozenset[str]]] = {
    WEB: _RECORDS
    | _SERVED
    | _SIGN_IN
    | _MAIL
    | _CALLS
    | _names(
        "AUDIT_SEARCH_KEY CONTROL_ROOM METRICS_TOKEN SECURITY_CONTACT SECURITY_EXPIRES SECURITY_POLICY_URL"
        " SANDBOX_URL MAIL_SINK_DIR"
    ),
    # Its SECRET_KEY and DATABASE_URL are its own, and open nothing of the main site.
    PUBLIC: _ANY | _CITY | _DATABASE | _SERVED | _PAGES | _names("PUBLIC_DATABASE_URL PUBLIC_EMBED_ORIGINS"),
    "trail": _RECORDS | _names("DATABASE_AUDIT_URL AUDIT_SIGNING_KEY_FILE AUDIT_SEAL_FILE ERASURE_LEDGER"),
    "mail": _RECORDS | _MAIL | _names("AUDIT_WITNESS_EMAIL AUDIT_WITNESS_URL AUDIT_WITNESS_FILE"),
    "hooks": _RECORDS | _CALLS,
    "work": _RECORDS | _names("AUDIT_SEARCH_KEY WATCHDOG_URL CITY_KEY_FILE PUBLIC_SITE_FOLDER"),
    BEAT: _ANY,  # it reads neither the database nor a secret, and only sends the names of tasks
    MIGRATE: _ANY | _DATABASE | _OWNER | _names("SECRET_KEY_FALLBACKS PUBLIC_DATABASE_URL"),
    BACKUP: _RECORDS | _OWNER | _names("ERASURE_LEDGER PUBLIC_DATABASE_URL"),
}
OURS: Final = frozenset(variable.name for variable in (*VARIABLES, *COMPOSE_ONLY))

# --- Valkey: each process writes keys that begin with its name (`crm` and `2` are Django's) -------------
_CONNECT: Final = "+ping +hello +select +client|setname +client|setinfo +multi +exec +discard"
_CACHE: Final = "+get +mget +set +mset +expire +persist +exists +del +incrby"
_QUEUES: Final = " ".join(
    f"~{queue} ~_kombu.binding.{queue} ~_kombu.binding_permanent.{queue}" for queue in QUEUES
)
_WAKE: Final = f"({_QUEUES} +llen +lpush +sadd +smembers)"
_SERVE: Final = (
    "+brpop +rpop +lpush +rpush +llen +del +exists +zadd +zrem +zrange +zrevrangebyscore +hset +hget +hdel"
    " +get +set +watch +unwatch +evalsha +script|load"
)


def _queue_rules(queue: str) -> str:
    """A worker serves its own queue, wakes others, and writes its heartbeat."""
    keys = f"~crm:2:heartbeat:{queue} ~crm:2:heartbeat:worker ~crm:2:{queue}:*"
    heartbeat_keys = " %R~crm:2:heartbeat:*" if queue == "work" else ""  # the call to the watchdog
    served = f"(~{queue} ~unacked:{queue}:* {_SERVE})"
    return f"{keys}{heartbeat_keys} {_CONNECT} {_CACHE} +watch +unwatch +script|load {_WAKE} {served}"


#: What the user of each process may do, as Valkey writes it (ACL SETUSER).
RULES: Final[Mapping[str, str]] = {
    WEB: "~crm:2:web:* ~crm:2:allauth* %R~crm:2:heartbeat:* %R~crm:2:trail:* %R~crm:2:mail:*"
    f" {_CONNECT} {_CACHE} {_WAKE}",
    PUBLIC: f"~crm:2:public:* {_CONNECT} +set +incrby",
    BEAT: f"~crm:2:heartbeat:beat {_CONNECT} +mset +expire {_WAKE}",
    **{queue: _queue_rules(queue) for queue in QUEUES},
}


def unacknowledged(queue: str) -> dict[str, str]:
    """Options of the broker, so that a worker keeps its messages apart from those of other queues."""
    return {f"unacked{part}_key": f"unacked:{queue}:unacked{part}" for part in ("", "_index", "_mutex")}


def acl_lines(passwords: Mapping[str, str], rules: Mapping[str, str] = RULES) -> list[str]:
    """Return the lines of Valkey's configuration with a user for each process that has a password."""
    return [
        f"user {name} on >{passwords[name]} resetkeys resetchannels -@all {rules[name]}"
        for name in rules
        if passwords.get(name)
    ]


def environment_of(names: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return what these processes get: their own variables, and those that are not ours."""
    read = frozenset().union(*(READ[name] for name in names))
    return {name: value for name, value in environment.items() if name in read or name not in OURS}


# --- A machine without containers -------------------------------------------------------------------------
TEMPLATE: Final = Path(__file__).resolve().parents[1] / "deploy" / "valkey" / "users.conf"
#: Valkey's limit of memory. Queues and the cache are far smaller.
MEMORY: Final = "256mb"
#: A full server refuses writes with a clear answer. To evict a key could lose a queue without a sign.
POLICY: Final = "noeviction"
LIMITS: Final = (f"maxmemory {MEMORY}", f"maxmemory-policy {POLICY}")
HEAD: Final = """\
# `python -m crm.processes` writes this file: a user for each process, with its keys and commands.
# Compose fills in the passwords. Without containers, use what `python -m crm.processes ENV FOLDER` writes.
save ''
appendonly yes
{limits}
requirepass $VALKEY_PASSWORD
""".format(limits="\n".join(LIMITS))


class Missing(ValueError):
    """A required variable has no value. The message names it."""


def password_of(user: str) -> str:
    return f"VALKEY_{user.upper()}_PASSWORD"


def template() -> str:
    """Return the configuration of Valkey as Compose fills it in. A user without a password is left out."""
    lines = acl_lines({user: f"${password_of(user)}" for user in USERS})
    users = [f"${{{password_of(user)}:+{line}}}\n" for user, line in zip(RULES, lines, strict=True)]
    return HEAD + "".join(users)


def read_settings(file: Path) -> dict[str, str]:
    """Return the variables of a file like `.env`."""
    lines = (line.strip() for line in file.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _sign, value in pairs if value.strip()}


def files_of(given_values: dict[str, str]) -> dict[str, str]:
    """Return the content of the file of each process, and of Valkey's configuration. Raises Missing."""
    derived = _derived_values(given_values) | given_values
    files = {}
    for process, names in READ.items():
        if process == PUBLIC and not given_values.get("PUBLIC_DATABASE_URL"):
            continue
        values = {name: derived[name] for name in sorted(names) if derived.get(name)} | _process_values(
            process, given_values
        )
        files[f"{process}.env"] = "".join(f"{name}={value}\n" for name, value in values.items())
    passwords = {user: given_values.get(password_of(user), "") for user in USERS}
    users = [f"requirepass {_needed(given_values, 'VALKEY_PASSWORD')}", *acl_lines(passwords)]
    files["valkey.conf"] = "\n".join(["save ''", "appendonly yes", *LIMITS, *users, ""])
    return files


def _needed(values: Mapping[str, str], name: str) -> str:
    if not values.get(name):
        raise Missing(f"{name} is missing.")
    return values[name]


def _derived_values(values: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that Compose makes of others, for one machine."""
    for variable in (*VARIABLES, *COMPOSE_ONLY):
        if variable.default is None and variable.compose != MADE_BY_COMPOSE:
            _needed(values, variable.name)
    host, trail_folder = "localhost", "/var/lib/proximity/trail"
    return {
        **{
            f"DATABASE{part}_URL": f"postgres://proximity_{role}:"
            f"{quote(values[f'DATABASE_{role.upper()}_PASSWORD'])}@{host}/proximity"
            for role, part in (("app", ""), ("audit", "_AUDIT"), ("owner", "_OWNER"))
        },
        "BEHIND_PROXY": "1",
        "TRUSTED_PROXIES": "1",
        "CSRF_TRUSTED_ORIGINS": values["SITE_URL"],
        "FONT_CACHE_DIR": "/tmp/fonts",  # noqa: S108 (a unit has a /tmp of its own)
        "AUDIT_SEAL_FILE": f"{trail_folder}/seals.jsonl",
        "ERASURE_LEDGER": f"{trail_folder}/erasures.jsonl",
    }


def _process_values(process: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return what differs between processes: the user of Valkey, and the secrets of the public process."""
    place = "localhost:6379/0"
    if process not in USERS:
        return {"REDIS_URL": f"redis://{place}"}  # no user: the next poll finds the rows
    process_values = {"REDIS_URL": f"redis://{process}:{_needed(values, password_of(process))}@{place}"}
    if process == PUBLIC:
        process_values["SECRET_KEY"] = _needed(values, "PUBLIC_SECRET_KEY")
        process_values["DATABASE_URL"] = values["PUBLIC_DATABASE_URL"]
        process_values["ALLOWED_HOSTS"] = values.get("PUBLIC_HOSTS", "localhost")
    return process_values


def write_files(values: dict[str, str], folder: Path) -> list[Path]:
    """Write the files, each readable by its owner alone, completely or not at all."""
    written = []
    for name, content in files_of(values).items():
        draft = folder / f"{name}.part"
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(content)
        written.append(draft.rename(folder / name))
    return written


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m crm.processes", description=__doc__)
    parser.add_argument("settings", type=Path, nargs="?", help="a file like .env")
    parser.add_argument("folder", type=Path, nargs="?", help="where the files of the processes go")
    chosen = parser.parse_args()
    if not chosen.settings:
        TEMPLATE.write_text(template())
        written = [TEMPLATE]
    else:
        try:
            written = write_files(read_settings(chosen.settings), chosen.folder or chosen.settings.parent)
        except Missing as problem:
            sys.exit(f"{chosen.settings}: {problem}")
    sys.stdout.writelines(f"Written: {file}\n" for file in written)


if __name__ == "__main__":
    main()
