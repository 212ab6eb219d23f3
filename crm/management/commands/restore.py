"""`manage.py restore PATH`: restore a backup, or check that it could be restored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from audit.services.verifying import verify_trail
from crm.backups import (
    BACKUP,
    DRILL,
    OWNER,
    BackupFailed,
    made_at,
    put_back,
    remember,
    scratch_database,
)
from lib.row_context import act_as_system
from privacy.codes import RetentionCode
from privacy.models import RetentionRule
from privacy.queries.retention import number_due
from privacy.services.ledger import LedgerBroken, ledger_problems, replay

DRILL_DATABASE = "proximity_drill"
NO_LEDGER = (
    "There is no ledger of erasures ({ledger}), so whoever was erased since the backup would come back. "
    "Nothing was restored. Find the file or its copy and name it with --ledger PATH. If there is none, "
    "restore with --without-ledger, and ask the privacy officer who has to be erased again."
)
FIND_LEDGER = (
    "Find the ledger of erasures and run `manage.py verify_erasures --erase --ledger PATH`. Until then "
    "people who were erased are back."
)
STEPS = (
    "Compare the activity log with its shipped seals: `manage.py verify_audit` in the worker `trail`.",
    "Write down what was lost, and move the file of seals (AUDIT_SEAL_FILE) aside. Nothing is sealed before. "
    "Keep the file: the next seal begins a new one.",
    "Start web, the workers and beat, and check /healthz.",
    "Make a backup, and run `manage.py check_production`.",
    "Ask tools that keep copies to fetch everything again.",
    "Compare Privacy › Retention rules with what the city decided since the backup.",
)


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database (DATABASE_OWNER_URL), check every table against "
        "the manifest, verify the audit log against its seals, grant the application its rights "
        "and number any unnumbered log rows. Stop web, worker and beat first."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the dump; its .json lies beside it")
        parser.add_argument(
            "--drill",
            action="store_true",
            help=f"into a database {DRILL_DATABASE!r}, dropped at the end",
        )

        parser.add_argument(
            "--ledger",
            type=Path,
            default=Path(settings.ERASURE_LEDGER) if settings.ERASURE_LEDGER else None,
            help="the ledger of erasures, which are repeated (default: ERASURE_LEDGER)",
        )
        parser.add_argument(
            "--without-ledger",
            action="store_true",
            help="restore although there is no ledger: whoever was erased since the backup comes back",
        )

    def handle(self, *, path: Path, drill: bool, ledger: Path | None, without_ledger: bool, **_: Any) -> None:
        if not (drill or without_ledger or (ledger and ledger.exists())):
            raise CommandError(NO_LEDGER.format(ledger=ledger or "ERASURE_LEDGER is not set"))
        try:
            if drill:
                with scratch_database(DRILL_DATABASE):
                    self._restore(path)
                remember(DRILL)
                self.stdout.write("Drill passed: this backup can be restored.")
            else:
                self._restore(path)
                remember(BACKUP, made_at(path))
                remember(DRILL)  # what has been restored can be restored
                act_as_system()
                self._erase_again(ledger)
                self._say_what_is_pruned_again()
                self._say_what_follows(is_erased=bool(ledger and ledger.exists()))
        except (BackupFailed, LedgerBroken) as problem:
            raise CommandError(str(problem)) from problem

    def _erase_again(self, ledger: Path | None) -> None:
        """Repeat the erasures since the backup, as the application, whose database this is now."""
        if ledger is None or not ledger.exists():
            self.stdout.write("Nothing was erased again, because there is no ledger of erasures.")
            return
        self.stdout.write(f"{replay(ledger)} erasures repeated.")
        if problems := list(ledger_problems(ledger)):
            raise BackupFailed(f"Not everything is erased: {problems[0]}")

    def _say_what_is_pruned_again(self) -> None:
        """Months of the activity log that were deleted since the backup are back until the rule acts."""
        rule = RetentionRule.objects.in_force().with_code(RetentionCode.TRAIL).first()
        if rule and (rows := number_due(rule.code, rule.days)):
            self.stdout.write(
                f"The backup has {rows} old rows of the activity log, which retention rule {rule.number} "
                "deletes again within an hour of the start."
            )

    def _say_what_follows(self, *, is_erased: bool) -> None:
        steps = [*(() if is_erased else (FIND_LEDGER,)), *STEPS]
        self.stdout.write("What follows (docs/operations.md, “Backup and restore”):")
        for number, step in enumerate(steps, 1):
            self.stdout.write(f"{number}. {step}")

    def _restore(self, path: Path) -> None:
        tables = put_back(path)
        rows = sum(table.rows for table in tables.values())
        self.stdout.write(f"{len(tables)} tables, {rows} rows: the same as in the backup.")
        report = verify_trail(using=OWNER)
        if report.findings:
            raise BackupFailed(f"The activity log does not match its seals: {report.findings[0]}.")
        unsealed_rows = report.not_sealed + report.not_numbered
        self.stdout.write(f"Activity log unchanged: {report.rows} rows, {report.seals} seals.")
        self.stdout.write(
            f"{unsealed_rows} activity log rows were not sealed yet. They are covered only by the checksums "
            "above."
        )
        call_command("prepare_database", verbosity=0)
        self.stdout.write("Migrations applied, database rights granted, activity log numbered.")
