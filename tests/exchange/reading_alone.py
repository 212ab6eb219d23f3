"""python -m tests.exchange.reading_alone FILE: read a table in its own process, and print result and cost."""

import os
import sys
from pathlib import Path
from time import process_time

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from exchange.imports.reading import UnreadableFile
    from exchange.imports.tables import read_table

    Path("/proc/self/clear_refs").write_text("5")  # reset the peak inherited from the parent process
    before = process_time()
    with Path(sys.argv[1]).open("rb") as file:
        try:
            said = f"read {len(read_table(file).headings)} columns"
        except UnreadableFile as error:
            said = " ".join(error.messages)
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(said, round(process_time() - before, 2), peak // 1024, sep="\t")
