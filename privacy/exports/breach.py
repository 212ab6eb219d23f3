"""A phase of a breach as a file for the authority: PDF, CSV or JSON."""

import json
from typing import BinaryIO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from jobs.services.printing import FACE, print_html
from lib.sheets import Column, Sheet, write_csv
from privacy.models import BreachPhase


def write(phase: BreachPhase, extension: str, out: BinaryIO) -> None:
    """Write the phase as `extension`. Raises JobRefused if the machine cannot print."""
    if extension == "json":
        content = {
            "controller": settings.CITY_NAME,
            "breach": phase.breach.number,
            "phase": phase.number,
            "made_at": phase.made_at.isoformat(),
            "lines": [{"name": name, "text": text, "is_new": new} for name, text, new in phase.lines],
        }
        out.write((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
    elif extension == "csv":
        columns = [Column(_("What")), Column(_("Text")), Column(_("New in this phase"))]
        rows = [[name, text, _("yes") if new else _("no")] for name, text, new in phase.lines]
        write_csv(out, Sheet(phase.breach.number, columns, rows))
    else:
        context = {"phase": phase, "city": settings.CITY_NAME, "face": FACE}
        print_html(render_to_string("privacy/breach.html", context), out)
