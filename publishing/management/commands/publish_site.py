from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from lib.days import city_today
from publishing.site import build_site
from publishing.site.folder import write_folder


class Command(BaseCommand):
    help = "Write the public site into a folder that any web server can publish (docs/public-site.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--on", type=date.fromisoformat, help="as of this day instead of today")

    def handle(self, *, folder: Path, on: date | None, **options: Any) -> None:
        files = build_site(on or city_today())
        try:
            write_folder(files, folder)
        except (OSError, ValidationError) as error:
            text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            raise CommandError(f"Nothing was changed: {text}") from error
        self.stdout.write(f"{len(files) + 1} files in {folder}")
