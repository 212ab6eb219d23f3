"""manage.py import_archive PATH: read an archive into an empty system in one transaction."""

from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from exchange.archive.reading import ArchiveRefused, read_archive
from lib.age import is_encrypted


class Command(BaseCommand):
    help = (
        "Load an archive made by export_archive into an empty system. Altered, truncated or "
        "newer-version files are rejected (docs/archive.md)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            help="passphrase or secret key (AGE-SECRET-KEY-1…) of an encrypted one; asked for unless given",
        )
        parser.add_argument("--reason", default="archive", help="reason, for the activity log")

    def handle(self, *, path: Path, passphrase_file: Path | None, reason: str, **_: Any) -> None:
        try:
            with path.open("rb") as file:
                passphrase = ""
                if passphrase_file is not None:
                    passphrase = passphrase_file.read_text().rstrip("\r\n")
                elif is_encrypted(file):
                    passphrase = getpass("Passphrase or secret key: ")
                manifest = read_archive(file, actor=SYSTEM, purpose=reason, passphrase=passphrase)
        except (ArchiveRefused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        scope = f"district {manifest.district}" if manifest.district else "the whole book"
        self.stdout.write(f"{scope}, as it was at {manifest.made_at}, written by {manifest.made_by}:")
        for name, rows in manifest.rows.items():
            self.stdout.write(f"  {name}: {rows}")
