"""`manage.py backup PATH`: dump the whole PostgreSQL database as its owner (DATABASE_OWNER_URL)."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.backups import BACKUP, BackupFailed, back_up, manifest_of, remember


class Command(BaseCommand):
    help = (
        "Back up the database to PATH (a new file or a folder), with a .json manifest beside it. "
        "The system can stay online. The backup contains personal data: keep it encrypted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a file that is not there yet, or a folder")

    def handle(self, *, path: Path, **_: Any) -> None:
        if path.is_dir():
            path /= f"proximity-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
        if path.exists() or manifest_of(path).exists():
            raise CommandError(f"{path} already exists. Nothing was written.")
        try:
            tables = back_up(path)
        except (BackupFailed, OSError) as problem:
            raise CommandError(str(problem)) from problem
        remember(BACKUP)
        rows = sum(table.rows for table in tables.values())
        self.stdout.write(f"{path}: {len(tables)} tables, {rows} rows, {path.stat().st_size} bytes.")
