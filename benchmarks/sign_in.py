"""Whether response times reveal that an email address has an account.

`python3 -m benchmarks.sign_in [PAIRS [WORD]]` with the Python of `.venv`; 1,000 pairs, WORD picks one form. A
pair is an address with an account and an address without one. Requests alternate, and run through the whole
application with the real password hash and without rate limits. Prints the medians for a sign-in with a wrong
password and for a password reset.
"""

import json
import os
import subprocess
import sys
import time
from statistics import median

from crm.embedded.environment import ROOT, copy_in, data_folder
from crm.embedded.files import private_folder
from crm.embedded.services import Services

PAIRS = 1_000
WITHIN_PERCENT = 5
KNOWN = 20
FORMS = {
    "signing in": ("/accounts/login/", "login", {"password": "wrong horse battery"}),
    "asking for a new password": ("/accounts/password/reset/", "email", {}),
}


def main(pairs: int, word: str) -> int:
    copy = copy_in(private_folder(data_folder(None) / "bench-sign-in"))
    environment = copy.environment() | {
        "HTTPS": "0",
        "LOG_LEVEL": "CRITICAL",
        "PASSWORD_RESET_SECONDS": "0.5",
    }
    services = Services(copy.folder, copy.servers)
    services.join()
    try:
        subprocess.run(
            [sys.executable, "manage.py", "prepare_database"], env=environment, cwd=ROOT, check=True
        )
        said = subprocess.run(
            [sys.executable, "-m", "benchmarks.sign_in", "inside", str(pairs), word],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    finally:
        services.leave()
    missed = 0
    for what, (known, unknown) in json.loads(said.splitlines()[-1]).items():
        apart = abs(known - unknown) / max(known, unknown) * 100
        missed += apart > WITHIN_PERCENT
        print(
            f"{pairs} pairs, {what}: known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms, "
            f"{apart:.1f} % apart (at most {WITHIN_PERCENT} %)"
        )
    return 1 if missed else 0


def inside(pairs: int, word: str) -> None:
    """Run inside the application, on an empty database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.test.utils import override_settings

    from accounts.models import User

    for number in range(KNOWN):
        email = f"known{number}@police.example"
        user = User.objects.filter(email=email).first() or User(email=email, name=f"Known {number}")
        user.set_password("correct horse battery")
        user.save()
    memory = "django.core.mail.backends.locmem.EmailBackend"
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    found = {}
    with override_settings(ACCOUNT_RATE_LIMITS=False, EMAIL_BACKEND=memory, ALLOWED_HOSTS=hosts):
        for what, (address, field, rest) in FORMS.items():
            if word not in what:
                continue
            times: dict[str, list[float]] = {"known": [], "unknown": []}
            for number in range(-5, pairs):  # warm-up first
                for kind in ("known", "unknown") if number % 2 else ("unknown", "known"):
                    email = f"{kind}{number % KNOWN if kind == 'known' else number}@police.example"
                    client = Client()
                    started = time.perf_counter()
                    client.post(address, {field: email, **rest})
                    if number >= 0:
                        times[kind].append(time.perf_counter() - started)
            found[what] = [median(times["known"]), median(times["unknown"])]
    print(json.dumps(found))


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["inside"]:
        inside(int(given[1]), given[2])
    else:
        sys.exit(main(int(given[0]) if given else PAIRS, "".join(given[1:])))
