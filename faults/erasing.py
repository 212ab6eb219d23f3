"""Kill the erasing of a person again and again. It ends as if it had run once."""

import random
import subprocess
import sys
import time

from crm.embedded.environment import ROOT
from crm.embedded.files import Unavailable
from faults.city import City
from faults.table import Outcome

#: Each meeting once more in its facts, without the person and with the rest of the text.
LEFT = "SELECT count(*) FROM meetings_meeting WHERE facts ILIKE '%%Haddad%%' OR folded LIKE '%%haddad%%'"
WHOLE = "SELECT count(*) FROM meetings_meeting WHERE facts = '[a person] opened hall ' || subject"
CONTACTS = "SELECT count(*) FROM contacts_contact WHERE family_name = 'Haddad'"


def erasure_killed(city: City, *, count: int = 1_900, kills: int = 20) -> Outcome:
    """Kill the process (SIGKILL) that erases a person named in many texts, then run it twice to its end."""
    dice = random.Random(count)  # noqa: S311 (a dice, not a secret)
    with city.experiment():
        erasure = str(city.inside("person", str(count))["erasure"])
        command = [sys.executable, "-m", "faults.inside", "erase", erasure]
        killed = 0
        for _ in range(kills):
            process = subprocess.Popen(command, cwd=ROOT, env=city.environment, stdout=subprocess.PIPE)
            if process.stdout is None or not process.stdout.readline():  # it says when it begins
                raise Unavailable("The erasing did not begin.")
            try:
                process.wait(dice.uniform(0.02, 0.35))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
        started = time.monotonic()
        for _again in range(2):
            city.inside("erase", erasure)
        seconds = time.monotonic() - started
        whole, left = int(city.ask(WHOLE)), int(city.ask(LEFT)) + int(city.ask(CONTACTS))
        done = f"a person in {count:,} texts erased; the process killed {killed} times, then run twice"
        return Outcome("erasure-killed", done, count, count - whole, left, seconds)
