"""`manage.py recount`: proves what writes keep beside what is typed, and puts it right with --fix."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.old_addresses import rewrite_addresses, with_old_addresses
from contacts.services.summaries import MEET_BY
from meetings.services.folding import FOLDS, refold, wrongly_folded
from meetings.services.summaries import LAST_MET_AT, refresh_last_met

BATCH = 1000
SHOWN = 20


def wrong(column: str, right: Any) -> QuerySet[Organisation]:
    """Organisations whose `column` is not what it should be: `right`, annotated as `expected`."""
    rows = Organisation.objects.annotate(expected=right)
    same = Q(**{column: F("expected")}) | Q(**{f"{column}__isnull": True, "expected__isnull": True})
    return rows.exclude(pk__in=rows.filter(same).values("pk"))


class Command(BaseCommand):
    help = "Check derived data (lists, search, duplicate keys) against its source. 0 differences means OK."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="fix any differences")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = 0
        ids = set()
        for column, right in (("last_met_at", LAST_MET_AT), ("meet_by", MEET_BY)):
            rows = list(wrong(column, right).order_by("pk").values_list("pk", column, "expected"))
            self.stdout.write(f"{column}: {len(rows)} wrong of {Organisation.objects.count()}")
            for pk, kept, expected in rows[:SHOWN]:
                self.stdout.write(f"  {pk}: {kept} should be {expected}")
            differences += len(rows)
            ids |= {row[0] for row in rows}
        folds = {model: pks for model in FOLDS if (pks := list(wrongly_folded(model)))}
        for model, pks in folds.items():
            self.stdout.write(f"found and compared by: {len(pks)} {model._meta.verbose_name_plural} wrong")
            differences += len(pks)
        addresses = with_old_addresses()
        for owner, pks in addresses.items():
            self.stdout.write(f"domains not in punycode: {len(pks)} {owner._meta.verbose_name_plural} wrong")
            differences += len(pks)
        if not differences:
            return
        if not options["fix"]:
            raise CommandError(f"{differences} differences. Run again with --fix to correct them.")
        for start in range(0, len(ids), BATCH):
            with transaction.atomic():
                refresh_last_met(SYSTEM, sorted(ids)[start : start + BATCH])
        for model, pks in folds.items():
            for start in range(0, len(pks), BATCH):
                with transaction.atomic():
                    refold(model, pks[start : start + BATCH])
        left = [str(pk) for owner, pks in addresses.items() for pk in pks if not self.rewritten(owner, pk)]
        self.stdout.write(f"{differences - len(left)} put right.")
        if left:
            raise CommandError(
                f"Something else of these has to be put right by hand first: {', '.join(left)}"
            )

    def rewritten(self, owner: type[Model], pk: UUID) -> bool:
        try:
            rewrite_addresses(owner, pk)
        except ValidationError:
            return False
        return True
