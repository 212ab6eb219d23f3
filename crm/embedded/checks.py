"""`dev.py check`: what can be known without running the application."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .environment import ROOT

PROGRAMS = Path(sys.executable).parent
# Nobody connects: the addresses only have to be there, as in production.
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
    """A question, and the command that answers it with its exit code."""

    name: str
    command: tuple[str, ...]


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


# -n and -W: a link to a page or heading that does not exist is an error.
DOCS = python("-m", "sphinx", "-n", "-W", "--keep-going", "-q", "docs", "docs/_build")

CHECKS = [
    Check("types (mypy)", python("-m", "mypy", ".")),
    Check("style (ruff check)", python("-m", "ruff", "check", ".")),
    Check("format (ruff format)", python("-m", "ruff", "format", "--check", ".")),
    Check("arrows (import-linter)", (str(PROGRAMS / "lint-imports"), "--no-cache")),
    # Without a database it cannot look at applied migrations, and warns.
    Check("migrations", python("-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("deployment", python("manage.py", "check", "--deploy", "--fail-level", "WARNING")),
    Check("translations", python("-m", "tests.architecture.untranslated")),
    Check("documentation (sphinx)", DOCS),
]


def environment() -> Mapping[str, str]:
    secret = {"SECRET_KEY": secrets.token_urlsafe(64), "PYTHONPATH": str(ROOT)}
    return dict(os.environ) | LIKE_PRODUCTION | secret


def ask(check: Check, *, politely: bool) -> tuple[bool, float, str]:
    """Whether it passes, the seconds it took, and what it said."""
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
    """One line a check; details and names of those that fail. `politely`: others work meanwhile."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        # The first is by far the longest: it starts first and is reported last.
        questions = [(check, pool.submit(ask, check, politely=politely)) for check in checks]
        for check, question in [*questions[1:], *questions[:1]]:
            ok, seconds, details = question.result()
            print(f"{'ok    ' if ok else 'FAILED'} {check.name:<24}{seconds:6.1f} s", flush=True)
            if not ok:
                print(details.rstrip(), flush=True)
                failed.append(check.name)
    return failed
