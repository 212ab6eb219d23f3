"""`manage.py recount`: proves what writes keep beside what is typed, and puts it right with --fix."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.models import Organisation, OrganisationPeriod
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
            self.stdout.write(f"found and compared by: {len(ids)} {model._meta.verbose_name_plural} wrong")
        for model, ids in found.histories.items():
            self.stdout.write(
                f"history that figures read: {len(ids)} {model._meta.verbose_name_plural} wrong"
            )
        if ids := found.kinds[OrganisationPeriod]:
            self.stdout.write(f"kind of then: {len(ids)} periods of organisations wrong")
        for owner, ids in found.addresses.items():
            self.stdout.write(f"domains not in punycode: {len(ids)} {owner._meta.verbose_name_plural} wrong")
        if not len(found):
            return
        if not options["fix"]:
            raise CommandError(f"{len(found)} differences. Run again with --fix to correct them.")
        left = correct(found)
        self.stdout.write(f"{len(found) - len(left)} put right.")
        if left:
            named = ", ".join(str(pk) for pk in left)
            raise CommandError(f"Something else of these has to be put right by hand first: {named}")
