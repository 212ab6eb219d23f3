"""`manage.py load_demo`: fill an empty database with a fictional city."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.demo.load import HasRealData, is_demo, load_demo

HAS_REAL_DATA = 3  # Exit code by which `dev.py run` detects that the data is not the demo.


class Command(BaseCommand):
    help = "Fill an empty database with Alderport, a city that does not exist."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_demo():
            self.stdout.write("The demo is already loaded.")
            return
        try:
            counts = load_demo()
        except HasRealData:
            raise CommandError(
                "This database already has data. The demo was not loaded.", returncode=HAS_REAL_DATA
            ) from None
        self.stdout.write(
            "Alderport is there: " + ", ".join(f"{n} {what}" for what, n in counts.items()) + "."
        )
