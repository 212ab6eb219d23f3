"""python -m tests.exchange.reading_alone FILE…: read tables in their own process, and print what each costs.

A line for each file: the result, seconds of processor time, and megabytes at the peak.
"""

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

    for path in sys.argv[1:]:
        Path("/proc/self/clear_refs").write_text("5")  # reset the peak of the parent and of the file before
        before = process_time()
        with Path(path).open("rb") as file:
            try:
                result = f"read {len(read_table(file).headings)} columns"
            except UnreadableFile as error:
                result = " ".join(error.messages)
        status = Path("/proc/self/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        print(result, round(process_time() - before, 2), peak // 1024, sep="\t")
