"""`manage.py load_demo`: fill an empty database with a fictional city."""

import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.demo.load import HasRealData, is_demo, load_demo
from lib.waking import wake
from publishing.tasks import publish_site

HAS_REAL_DATA = 3  # Exit code by which `dev.py run` detects that the data is not the demo.


class Command(BaseCommand):
    help = "Fill an empty database with Alderport, a city that does not exist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--when-told",
            action="store_true",
            help="import everything, then wait for a line on standard input",
        )

    def handle(self, *, when_told: bool = False, **_: Any) -> None:
        if when_told and not _is_told():
            return
        if is_demo():
            self.stdout.write("The demo is already loaded.")
            return
        try:
            counts = load_demo()
        except HasRealData:
            raise CommandError(
                "This database already has data. The demo was not loaded.", returncode=HAS_REAL_DATA
            ) from None
        wake(publish_site.name)  # the worker began before the demo, and published an empty site
        self.stdout.write(
            "Alderport is there: " + ", ".join(f"{n} {noun}" for noun, n in counts.items()) + "."
        )


def _is_told() -> bool:
    """Import what is imported late, and wait. False if the caller ended instead."""
    with suppress(OSError):  # without Pango there is no council paper
        import weasyprint  # noqa: F401 (the import is what takes long)
    return bool(sys.stdin.readline())
