"""`manage.py make_city_key`: make the key that signs this city's comparison files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.signing import make_key, read_private_key
from plans.rules import fingerprint_of


class Command(BaseCommand):
    help = "Make the city's key in CITY_KEY_FILE, and print the fingerprint that other cities compare."

    def handle(self, **_: Any) -> None:
        if not settings.CITY_KEY_FILE:
            raise CommandError("Set CITY_KEY_FILE to the path of the new key.")
        if settings.CITY_KEY_FILE == settings.AUDIT_SIGNING_KEY_FILE:
            raise CommandError("CITY_KEY_FILE is the key of the seals. Choose another file.")
        file = Path(settings.CITY_KEY_FILE)
        if not file.exists():
            make_key(file)
        key = read_private_key(file).public_key().public_bytes_raw().hex()
        self.stdout.write(f"{file}\nFingerprint: {fingerprint_of(key)}")
