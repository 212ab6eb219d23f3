"""`manage.py encrypt_fields`: encrypt stored values under the current data key, or decrypt them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.field_encryption import encrypt_values
from lib.encryption import KeysNotRead, NotDecrypted, data_keys
from privacy.services.requests import renew_statements


class Command(BaseCommand):
    help = (
        "Encrypts values that are not yet under the current data key (FIELD_KEYS), in batches. The system "
        "can stay online. It can be stopped and run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--undo", action="store_true", help="decrypts all values, before a downgrade")

    def handle(self, *, undo: bool, **_: Any) -> None:
        try:
            if data_keys() is None:
                raise CommandError("Set FIELD_KEYS and FIELD_SECRET first (`rewrap_keys --new`).")
            total = encrypt_values(undo=undo, progress=self._say)
            renew_statements(with_data_keys=not undo)
        except (KeysNotRead, NotDecrypted) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{'Decrypted' if undo else 'Encrypted'}: {total}")

    def _say(self, place: str, number: int) -> None:
        self.stdout.write(f"{place}: {number}")
