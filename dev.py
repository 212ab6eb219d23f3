#!/usr/bin/env python3
"""Proximity CRM on this machine: `python3 dev.py --help`.

Standard library only. Makes the environment that `requirements.lock` describes, then hands over to
`crm.embedded`. Python 3.11 or newer; an older one looks for a newer one.
"""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3")

HELP = """\
usage: python3 dev.py COMMAND [options]

  run      start everything and print the address and the demo's sign-ins
             --port 8000     where to listen
             --host ADDRESS  on which address (127.0.0.1: this machine only)
             --data .data    where the database, secrets, e-mails and logs are kept
             --no-demo       no demo data: an empty system for a real city
  test     run every check and the tests; with arguments only `pytest ARGUMENTS`
             --thorough      every proof whole, as where CI is set, instead of an example of each
             --fast          the tests without the checks beside them
             --changed REF   only the tests that the difference from a commit reaches (origin/main),
                             with what is not committed
  manage   run Django's manage.py with the services it needs, e.g. `manage create_administrator EMAIL`
  check    style, types, templates, arrows, migrations, the API's document, deployment, translations,
           documentation
  docs     build the documentation as a website with search, in docs/_build
  bench    measure the system against its floor (docs/performance.md): `bench [ROW…]`
             --size 10k      organisations in the book: 10k, 100k or 1m, seeded once and kept
             --json FILE     write the numbers to FILE as well
  faults   kill and stop parts of the system in a folder of its own, and say what was lost or done
           twice (docs/reliability.md): `faults [NAME…]`
             --json FILE     write what came of it to FILE as well

environment:
  CRM_DATA   the data folder, for every command (default .data; tests use a folder of their own in it);
             one that holds anything else is refused
  CRM_VENV   the folder for the Python environment (default .venv); one that dev.py did not make is refused
  docs/operations.md lists what the application itself reads.
"""


def is_new_enough(python: str) -> bool:
    question = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([python, "-c", question], stderr=subprocess.DEVNULL).returncode == 0


def continue_with_newer_python() -> None:
    """Start again with a newer Python of this machine."""
    for name in NAMES:
        found = shutil.which(name)
        if found and is_new_enough(found):
            os.execv(found, [found, *sys.argv])  # noqa: S606 (the same program again)
    sys.exit("Python {}.{} is too old: install Python 3.11 or newer.".format(*sys.version_info))


def version(python: str) -> str:
    """Such as 3.13; empty where the program does not run."""
    question = "import sys; print('{}.{}'.format(*sys.version_info))"
    try:
        return subprocess.check_output([python, "-c", question], text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def install(environment: pathlib.Path) -> None:
    """Make the environment hold exactly the lock: with uv where it can be had, else with pip."""
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    settings = os.environ | {
        "VIRTUAL_ENV": str(environment),
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_LINK_MODE": "copy",
    }
    uv = str(environment / "bin" / "uv")
    if subprocess.run([*pip, "uv"]).returncode == 0 and (
        subprocess.run([uv, "pip", "sync", "--require-hashes", str(LOCK)], env=settings).returncode == 0
    ):
        return
    print("uv failed. Falling back to pip, which is slower.", file=sys.stderr)
    if subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)]).returncode:
        sys.exit("Could not install the packages. See above.")


def is_ours(environment: pathlib.Path) -> bool:
    """Whether this program made the folder: it leaves a stamp in it before anything else."""
    try:
        return (
            re.fullmatch(r"\d+\.\d+ ([0-9a-f]{64}|unfinished)", (environment / ".stamp").read_text())
            is not None
        )
    except (OSError, UnicodeDecodeError):
        return False


def refuse_foreign(environment: pathlib.Path, own_version: str) -> None:
    """What lies there and was not made here is neither removed nor written into."""
    elsewhere = "set CRM_VENV to a folder that does not exist yet"
    if environment.exists() and not environment.is_dir():
        sys.exit(f"{environment} is not a folder: {elsewhere}.")
    if environment.is_dir() and any(environment.iterdir()) and not is_ours(environment):
        sys.exit(f"{environment} holds files that dev.py did not make: {elsewhere}.")
    found = version(str(environment / "bin" / "python"))
    if found and found != own_version:
        sys.exit(
            f"{environment} is for Python {found}, and this is {own_version}: {elsewhere}, or delete it."
        )


def make_environment(environment: pathlib.Path, own_version: str) -> None:
    """An empty environment in the place of one whose Python is gone, or where there is none."""
    if environment.exists():
        shutil.rmtree(environment.resolve())
    environment.mkdir(parents=True)
    (environment / ".stamp").write_text(f"{own_version} unfinished")
    if subprocess.run([sys.executable, "-m", "venv", str(environment)]).returncode:
        sys.exit("No virtual environment could be made (Debian: apt install python3-venv).")


def environment() -> pathlib.Path:
    """The folder of the environment, which may not be there yet."""
    return pathlib.Path(os.environ.get("CRM_VENV") or ROOT / ".venv").absolute()


def bootstrap() -> str:
    """The environment's Python, installing what is missing: one process at a time."""
    folder = environment()
    python, stamp = folder / "bin" / "python", folder / ".stamp"
    own_version = version(sys.executable)
    wanted = f"{own_version} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}"
    refuse_foreign(folder, own_version)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refuse_foreign(folder, own_version)
        if stamp.exists() and stamp.read_text() == wanted and version(str(python)) == own_version:
            return str(python)
        print(f"Installing the packages of {LOCK.name} into {folder} (once) …", file=sys.stderr)
        if version(str(python)) != own_version:
            make_environment(folder, own_version)
        stamp.write_text(f"{own_version} unfinished")
        install(folder)
        stamp.write_text(wanted)
    return str(python)


def keep_bytecode(environment: pathlib.Path) -> None:
    """Where nothing may be written beside the sources it is kept in the environment: compiling anew what each
    process imports takes longer than starting it.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(environment / "bytecode")


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help", "help"):
        print(HELP, end="")
        return
    if sys.version_info < OLDEST:
        continue_with_newer_python()
    if {"-h", "--help"} & set(sys.argv[2:]) and not environment().exists():
        print(HELP, end="")  # nobody installs 180 packages to read
        return
    try:
        python = bootstrap()
    except OSError as problem:
        sys.exit(
            f"The Python environment cannot be made: {problem}. Set CRM_VENV to a folder where you "
            "may write, and that does not exist yet."
        )
    keep_bytecode(pathlib.Path(python).parents[1])
    os.environ["PYTHONPATH"] = str(ROOT)
    os.execv(python, [python, "-m", "crm.embedded", *sys.argv[1:]])  # noqa: S606 (one process, not two)


if __name__ == "__main__":
    main()
