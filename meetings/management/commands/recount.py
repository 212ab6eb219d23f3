"""`manage.py recount`: compare derived data with its source, and correct it with --fix."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model

from contacts.models import Organisation
from meetings.services.recounting import correct, find_differences

SHOWN = 20


class Command(BaseCommand):
    help = "Check derived data (lists, search, duplicate keys) against its source. 0 differences means OK."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="fix any differences")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = find_differences()
        for column, rows in differences.summaries.items():
            self.stdout.write(f"{column}: {len(rows)} wrong of {Organisation.objects.count()}")
            for pk, stored, expected in rows[:SHOWN]:
                self.stdout.write(f"  {pk}: {stored} should be {expected}")
        for model, ids in differences.folds.items():
            self._name("found and compared by", model, ids)
        for model, ids in differences.histories.items():
            self._name("history that figures read", model, ids)
        if not len(differences):
            return
        if not options["fix"]:
            raise CommandError(f"{len(differences)} differences. Run again with --fix to correct them.")
        correct(differences)
        self.stdout.write(f"{len(differences)} put right.")

    def _name(self, purpose: str, model: type[Model], ids: Sequence[UUID]) -> None:
        """Print the number of wrong rows, and the IDs of the first ones."""
        if not ids:
            return
        self.stdout.write(f"{purpose}: {len(ids)} {model._meta.verbose_name_plural} wrong")
        for pk in ids[:SHOWN]:
            self.stdout.write(f"  {pk}")
