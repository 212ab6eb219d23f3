"""`manage.py verify_erasures`: prove that nothing in the ledger of erasures is in the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lib.row_context import act_as_system
from privacy.services.ledger import LedgerBroken, ledger_problems, replay


class Command(BaseCommand):
    help = "Check that no erased contact, and no text that was erased, is in the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ledger", type=Path, help="the file (default: ERASURE_LEDGER)")
        parser.add_argument("--erase", action="store_true", help="first erase again what it names")

    def handle(self, *, ledger: Path | None, erase: bool, **_: Any) -> None:
        file = ledger or (Path(settings.ERASURE_LEDGER) if settings.ERASURE_LEDGER else None)
        if file is None or not file.exists():
            raise CommandError("There is no ledger of erasures. Set ERASURE_LEDGER, or name the file.")
        act_as_system()
        try:
            if erase:
                self.stdout.write(f"{replay(file)} erasures repeated.")
            problems = list(ledger_problems(file))
        except LedgerBroken as problem:
            raise CommandError(str(problem)) from problem
        for problem_line in problems:
            self.stdout.write(problem_line)
        if problems:
            raise CommandError(f"{len(problems)} erased records are still there. Run this with --erase.")
        self.stdout.write("Nothing in the ledger is in the database.")
