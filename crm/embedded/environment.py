"""The data folder of an installation, and the environment variables that Django's settings read."""

import json
import os
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path

from audit.signing import make_key
from crm.processes import PUBLIC, environment_of
from crm.queues import QUEUES
from lib.encryption import with_new_key, wrapped_keys

from .files import own_folder
from .postgres import Postgres
from .services import Server
from .valkey import WORKERS, Valkey

ROOT = Path(__file__).resolve().parents[2]


def data_folder(folder_name: str | None = None) -> Path:
    """Return the folder from `--data`, else CRM_DATA, else `.data` in the repository."""
    return own_folder(Path(folder_name or os.environ.get("CRM_DATA") or ROOT / ".data").resolve())


def secret_key(folder: Path, name: str = "secret-key") -> str:
    """Return the secret key of the site or of the public process, created once."""
    path = folder / name
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        draft.rename(path)
    return path.read_text()


def signing_key(folder: Path, name: str = "audit-key.pem") -> Path:
    """Return the file with the key that seals the activity log, or another key, created once."""
    path = folder / name
    if not path.exists():
        make_key(path)
    return path


def field_keys(folder: Path) -> dict[str, str]:
    """Return the variables with the secret and data key of encrypted fields, created once."""
    path = folder / "field-keys.json"
    if not path.exists():
        secret = secrets.token_urlsafe(64)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(
            json.dumps(
                {"FIELD_SECRET": secret, "FIELD_KEYS": ",".join(wrapped_keys(with_new_key(None), secret))}
            )
        )
        draft.rename(path)
    stored_secrets: dict[str, str] = json.loads(path.read_text())
    return stored_secrets


def local_names() -> list[str]:
    return ["localhost", "127.0.0.1", "[::1]", socket.gethostname().lower(), socket.getfqdn().lower()]


@dataclass
class Copy:
    """A local installation: its folder, the servers it needs, and its environment variables."""

    folder: Path
    servers: list[Server] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    remembered_variables: dict[str, str] = field(default_factory=dict)

    @property
    def remembered(self) -> Path:
        """File with the variables of the last `run`, for use by `manage`."""
        return self.folder / "last-run.json"

    def remember(self, variables: dict[str, str]) -> None:
        """Use these variables for later child processes, and for `manage` until the next run."""
        self.variables |= variables
        self.remembered_variables |= variables
        self.remembered.write_text(json.dumps(self.remembered_variables, indent=2))

    def environment(self) -> dict[str, str]:
        """Return the environment for child processes. Variables set by the user take precedence."""
        return self.variables | dict(os.environ)

    def environment_of(self, process: str) -> dict[str, str]:
        """Return the environment of a process of `run`: only what it reads (crm.processes)."""
        names = tuple(QUEUES) if process == WORKERS else (process,)
        values = environment_of(names, self.environment())
        for server in self.servers:
            if isinstance(server, Valkey):
                values["REDIS_URL"] = server.cache_url(process)
                values["CELERY_BROKER_URL"] = server.broker_url(process)
        if process == PUBLIC:
            values["SECRET_KEY"] = secret_key(self.folder, "public-secret-key")
            values["DATABASE_URL"] = values["PUBLIC_DATABASE_URL"]
        return values


def copy_in(folder: Path) -> Copy:
    """Return the installation in `folder`, with its own servers unless the environment names others."""
    copy = Copy(folder)
    copy.variables = {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": secret_key(folder),
        "AUDIT_SIGNING_KEY_FILE": str(signing_key(folder)),
        "CITY_KEY_FILE": str(signing_key(folder, "city-key.pem")),
        "AUDIT_SEAL_FILE": str(folder / "audit-seals.jsonl"),
        "ERASURE_LEDGER": str(folder / "erasures.jsonl"),
        **field_keys(folder),
        "SITE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": ",".join(local_names()),
        "HTTPS": "0",
        "STATIC_FROM_FINDERS": "1",
        "FONT_CACHE_DIR": str(folder / "fonts"),
    }
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(folder)
        copy.servers.append(postgres)
        copy.variables |= postgres.urls()
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(folder)
        copy.servers.append(valkey)
        copy.variables["REDIS_URL"] = valkey.cache_url()
        copy.variables["CELERY_BROKER_URL"] = valkey.broker_url()
    if copy.remembered.exists():
        copy.variables |= json.loads(copy.remembered.read_text())
    return copy
