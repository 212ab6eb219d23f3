"""The table of acts, as docs/acts.md has it: `python -m tests.architecture.acts` writes the page."""

import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "acts.md"
HEAD: Final = """# Acts that need more than one person

Nothing that opens records, erases them or shows them to everyone happens by one person alone. Each act
has a row: who asks, who is the second person, how long the act waits after the confirmation, who is told,
how it is undone. This page is written from `tests/architecture/acts.toml` and `accounts.rules.ACTS`,
which the application itself uses ([ADR 45](adr/0045-two-people-for-what-opens-records.md)).

| Act | Who asks | Second person | Delay | Who is told | Undo | Test |
|---|---|---|---|---|---|---|
"""
TAIL: Final = """
The second person is never the one who asked, never on their own account, and never on a device on which
the one who asked has signed in. It is no account that the one who asked made or took over in the last 7
days. The device is known by a signed cookie, so the rule stops a colleague who left a session open or
lent a password on one computer. It does not stop someone who deletes cookies or uses another browser:
for them, what holds is the second person's own password and second factor, the email to everyone who
could have confirmed, and the days until an act takes effect. Addresses in the network are not compared,
because an office shares one. Other changes of an account, such as its name, keep nobody from
confirming. A confirmation needs a fresh sign-in. Until an act takes effect, whoever asked and everyone
who could have confirmed it can cancel it under **Waiting for you**.

## Acts of one person

| Service | Why one person is enough |
|---|---|
"""


def table() -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests" / "architecture" / "acts.toml").read_text())


def page() -> str:
    """The page as it must be."""
    found = table()
    rows = [_row(act) for act in found["act"]]
    alone = [f"| `{name}` | {why} |" for name, why in sorted(found["alone"].items())]
    return HEAD + "\n".join(rows) + "\n" + TAIL + "\n".join(alone) + "\n"


def _row(act: dict[str, Any]) -> str:
    from accounts import rules

    declared = [rules.ACTS[kind] for kind in act.get("kinds", ())]
    second = act.get("second") or " or ".join(dict.fromkeys(_roles(one.confirms) for one in declared))
    delay = max((one.delay for one in declared), default=timedelta())
    only = frozenset().union(*(one.if_role for one in declared)) if declared else frozenset()
    notified = frozenset().union(*(one.notified for one in declared)) if declared else frozenset()
    waits = f"{delay.days} {'day' if delay.days == 1 else 'days'}" if delay else "none"
    waits += f" ({_roles(only)}, unless the first)" if only else ""
    people = act.get("told") or ("whoever can confirm" + (f", {_roles(notified)}" if notified else ""))
    people += ", all who hold the role" if "role" in act.get("kinds", ()) else ""
    test = act["test"].split("::")[0]
    return f"| {act['title']} | {act['asks']} | {second} | {waits} | {people} | {act['undo']} | `{test}` |"


def _roles(roles: frozenset[str]) -> str:
    return ", ".join(sorted(role.replace("_", " ") for role in roles))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page())
