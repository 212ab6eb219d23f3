"""`manage.py recount`: proves what writes keep beside what is typed, and puts it right with --fix."""

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
        found = find_differences()
        for column, rows in found.summaries.items():
            self.stdout.write(f"{column}: {len(rows)} wrong of {Organisation.objects.count()}")
            for pk, kept, expected in rows[:SHOWN]:
                self.stdout.write(f"  {pk}: {kept} should be {expected}")
        for model, ids in found.folds.items():
            self._name("found and compared by", model, ids)
        for model, ids in found.histories.items():
            self._name("history that figures read", model, ids)
        if not len(found):
            return
        if not options["fix"]:
            raise CommandError(f"{len(found)} differences. Run again with --fix to correct them.")
        correct(found)
        self.stdout.write(f"{len(found)} put right.")

    def _name(self, what: str, model: type[Model], ids: Sequence[UUID]) -> None:
        """Write how many rows are wrong, and the first of them."""
        if not ids:
            return
        self.stdout.write(f"{what}: {len(ids)} {model._meta.verbose_name_plural} wrong")
        for pk in ids[:SHOWN]:
            self.stdout.write(f"  {pk}")
