"""How long the search for a person takes in all tables, as JSON: `python -m benchmarks.person`.

Reads only: no finding is kept.
"""

import json
import os
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection  # noqa: E402  # after django.setup()
from django.test.utils import CaptureQueriesContext  # noqa: E402  # after django.setup()

from lib.row_context import act_as_system  # noqa: E402  # after django.setup()
from meetings.models import Meeting  # noqa: E402  # after django.setup()
from privacy.models import DataRequest  # noqa: E402  # after django.setup()
from privacy.queries.text_search import find_everywhere  # noqa: E402  # after django.setup()

NAME = "Wilhelmina Oakenshield"  # no one has it, so that each text is read to its end


def search() -> dict[str, Any]:
    row = DataRequest()
    row.state_terms({"names": [NAME]})
    started = time.monotonic()
    with CaptureQueriesContext(connection) as captured:
        found = find_everywhere(row)
    seconds = time.monotonic() - started
    return {
        "seconds": seconds,
        "meetings": Meeting.objects.count(),
        "statements": len(captured.captured_queries),
        "found": len(found),
    }


if __name__ == "__main__":
    act_as_system()
    print(json.dumps(search()))
