"""`dev.py check`: all checks that do not run the application."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lib.encryption import with_new_key, wrapped_keys

from .environment import ROOT

PROGRAMS = Path(sys.executable).parent
# Nothing connects to these addresses; they only have to be set, as in production.
LIKE_PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "crm.settings",
    "SITE_URL": "https://crm.example",
    "ALLOWED_HOSTS": "crm.example",
    "DATABASE_URL": "postgres://proximity_app@127.0.0.1:1/proximity",
    "DATABASE_AUDIT_URL": "postgres://proximity_audit@127.0.0.1:1/proximity",
    "DATABASE_OWNER_URL": "postgres://proximity_owner@127.0.0.1:1/proximity",
    "REDIS_URL": "redis://127.0.0.1:1",
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "1",
    "STATIC_FROM_FINDERS": "0",
}


@dataclass(frozen=True)
class Check:
    """A check and the command whose exit code gives the result."""

    name: str
    command: tuple[str, ...]


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


# -n and -W: treat a link to a missing page or heading as an error.
DOCS = python("-m", "sphinx", "-n", "-W", "--keep-going", "-q", "docs", "docs/_build")

# Without a database this command cannot read applied migrations and prints a warning. "deployment" runs the
# system checks.
MIGRATIONS = python("-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run", "--skip-checks")

# The document names the session's cookie, whose name depends on HTTPS. The file describes HTTP.
OPENAPI = ("env", "HTTPS=0", *python("manage.py", "write_openapi", "--check"))

# Kept in the environment, so that a new clone checks only what differs from the last one.
TYPES = python("-m", "mypy", "--cache-dir", str(PROGRAMS.parent / "mypy_cache"), ".")

TEMPLATES = sorted(str(folder) for folder in (*ROOT.glob("*/templates"), *ROOT.glob("pages/*/templates")))

CHECKS = [
    Check("types (mypy)", TYPES),
    Check("style (ruff check)", python("-m", "ruff", "check", ".")),
    Check("format (ruff format)", python("-m", "ruff", "format", "--check", ".")),
    Check("templates (djhtml)", (str(PROGRAMS / "djhtml"), "--check", "--tabwidth", "2", *TEMPLATES)),
    Check("arrows (import-linter)", (str(PROGRAMS / "lint-imports"), "--no-cache")),
    Check("migrations", MIGRATIONS),
    Check("API document", OPENAPI),
    Check("deployment", python("manage.py", "check", "--deploy", "--fail-level", "WARNING")),
    Check("translations", python("-m", "tests.architecture.untranslated")),
    Check("documentation (sphinx)", DOCS),
]


def environment() -> Mapping[str, str]:
    secret = {"SECRET_KEY": secrets.token_urlsafe(64), "PYTHONPATH": str(ROOT), "FIELD_SECRET": "for checks"}
    secret["FIELD_KEYS"] = ",".join(wrapped_keys(with_new_key(None), secret["FIELD_SECRET"]))
    return dict(os.environ) | LIKE_PRODUCTION | secret


def ask(check: Check, *, politely: bool) -> tuple[bool, float, str]:
    """Run one check and return whether it passed, the seconds it took, and its output."""
    started = time.monotonic()
    answer = subprocess.run(
        ("nice", "-n", "5", *check.command) if politely else check.command,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return answer.returncode == 0, time.monotonic() - started, answer.stdout


def failed_checks(checks: Sequence[Check] = CHECKS, *, politely: bool = False) -> list[str]:
    """Run the checks, print one line each and the output of failures, and return the names that failed.

    `politely`: run at low priority, because tests run at the same time.
    """
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        # The first check takes by far the longest, so it starts first and is reported last.
        questions = [(check, pool.submit(ask, check, politely=politely)) for check in checks]
        for check, question in [*questions[1:], *questions[:1]]:
            ok, seconds, details = question.result()
            print(f"{'ok    ' if ok else 'FAILED'} {check.name:<24}{seconds:6.1f} s", flush=True)
            if not ok:
                print(details.rstrip(), flush=True)
                failed.append(check.name)
    return failed
