"""`manage.py export_practices FILE`: write published practices of this city as a signed file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from audit.models import Action
from audit.signing import read_city_key
from disclosure.services.disclosing import disclose
from lib import city_files
from lib.error_texts import texts
from practices.models import Practice
from practices.services.sent_files import prepare_file


class Command(BaseCommand):
    help = "Write published practices of this city to FILE, signed if CITY_KEY_FILE names a key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--recipient", required=True, help="The city that receives the file.")
        parser.add_argument("--code", action="append", default=[], help="Only the practice with this code.")

    def handle(self, *, file: Path, recipient: str, code: list[str], **_: Any) -> None:
        rows = Practice.objects.visible_to(SYSTEM).published().of_this_city().order_by("code")
        practices = list(rows.filter(code__in=code) if code else rows)
        if not practices:
            raise CommandError("There is no published practice with this code.")
        try:
            prepared = prepare_file(actor=SYSTEM, practice_ids=[row.pk for row in practices])
        except ValidationError as error:
            raise CommandError(" ".join(texts(error))) from error
        document, signature = prepared.document, ("", "")
        if settings.CITY_KEY_FILE:
            signature = city_files.sign(document, read_city_key())
        disclose(SYSTEM, "practice", practices, action=Action.EXPORT, recipient=recipient)
        file.write_bytes(city_files.write(document, *signature))
        state = "signed" if settings.CITY_KEY_FILE else "not signed"
        if prepared.flags:
            self.stderr.write(f"These words may name someone: {', '.join(prepared.flags)}")
        self.stdout.write(f"Practices in {file}: {len(practices)}, {state}")
