"""`manage.py import_practices FILE`: show the practices of another city's file, or accept some of them."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from lib.city_files import SIGNATURE, fingerprint_of
from lib.error_texts import texts
from practices.services.file_format import read
from practices.services.offered_files import accept_practices, preview_practices


class Command(BaseCommand):
    help = "Show what a file of another city offers. With --accept, write these practices."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--accept", action="append", default=[], metavar="CODE")

    def handle(self, *, file: Path, accept: list[str], **_: Any) -> None:
        try:
            document = read(file.read_bytes())
            if accept:
                accepted = accept_practices(actor=SYSTEM, document=document, codes=accept)
                self.stdout.write(f"{len(accepted)} practices of {document['city']} written.")
                return
            offered = preview_practices(actor=SYSTEM, document=document)
        except ValidationError as error:
            raise CommandError(" ".join(texts(error))) from error
        self.stdout.write(f"City: {document['city']}")
        key = document[SIGNATURE]["key"] if SIGNATURE in document else ""
        self.stdout.write(f"Fingerprint: {fingerprint_of(key)}" if key else "Not signed.")
        for practice in offered:
            state = "new" if practice.known is None else f"edition {practice.known} is here"
            self.stdout.write(f"{practice.code}  {practice.title}  (edition {practice.edition}, {state})")
