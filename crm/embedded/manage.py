"""`dev.py manage …`: Django's command line on the data folder's servers."""

import signal
import subprocess
import sys

from .environment import ROOT, copy_in, data_folder
from .postgres import Postgres
from .services import running


def manage(arguments: list[str]) -> int:
    """Start the servers if they are down, run the command, and stop the servers if they are not needed."""
    copy = copy_in(data_folder())
    command = [sys.executable, str(ROOT / "manage.py")]
    is_new = any(isinstance(server, Postgres) and not server.is_made() for server in copy.servers)
    with running(copy.folder, copy.servers):
        if is_new:
            subprocess.run(
                [*command, "prepare_database", "--verbosity", "0"], env=copy.environment(), check=True
            )
        # Ctrl+C is meant for the command, which receives it from the terminal too. This process only tidies
        # up.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        process = subprocess.Popen(
            [*command, *arguments],
            env=copy.environment(),
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()
