"""`manage.py rewrap_keys`: wrap the data keys of encrypted fields under the current FIELD_SECRET."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib.encryption import KeysNotRead, data_keys, with_new_key, wrapped_keys


class Command(BaseCommand):
    help = (
        "Prints FIELD_KEYS, wrapped under the first secret in FIELD_SECRET. Put the line in the environment "
        "of every process and restart them. Values in the database stay as they are."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="adds a data key that encrypts from now on")

    def handle(self, *, new: bool, **_: Any) -> None:
        if not settings.FIELD_SECRET:
            raise CommandError("Set FIELD_SECRET to a long random text first.")
        try:
            keys = data_keys()
        except KeysNotRead as error:
            raise CommandError(str(error)) from None
        if new:
            keys = with_new_key(keys)
        if keys is None:
            raise CommandError("There are no data keys. Use --new to create the first.")
        self.stdout.write(f"FIELD_KEYS={','.join(wrapped_keys(keys, settings.FIELD_SECRET[0]))}")
        self.stderr.write("Keep FIELD_SECRET outside the database and its backups.")
