"""Every module that sends email is known, with the reason why it does not queue its emails."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SENDS: Final = re.compile(
    r"\b(?:send_mail|send_mass_mail|get_connection|send_messages)\(|\.send\(\)|super\(\)\.send"
)
MODULES: Final = {
    "accounts/services/mailing.py": "sends queued emails, and security notices at once",
    "accounts/services/users.py": "an invitation: the page shows a failure, and its link is not stored",
    "accounts/sign_in/adapter.py": "a password link: it is not stored, and each request gets one response",
    "audit/services/witnesses.py": "one email for each witness, who has no account; a failure is tried again",
    "lib/smtp.py": "the backend itself",
    "reminders/services/channels.py": "writes the next reminder while one is sent; failures as in mailing.py",
}


def test_no_other_module_sends_email() -> None:
    found = set()
    for path in ROOT.glob("[a-z]*/**/*.py"):
        name = str(path.relative_to(ROOT))
        if name.split("/")[0] in {"tests", "benchmarks", "faults", "docs"}:
            continue
        text = path.read_text()
        if re.search(r"from django\.core\.mail|lib\.mail|lib import mail", text) and SENDS.search(text):
            found.add(name)
    assert found == MODULES.keys()
