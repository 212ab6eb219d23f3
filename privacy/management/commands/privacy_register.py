"""`manage.py privacy_register`: write or check `docs/register.json`, the register of stored data."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.exports.register import COMMITTED, committed


class Command(BaseCommand):
    help = "Write docs/register.json from the inventory. With --check, fail if the file differs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing")

    def handle(self, *, check: bool, **_: Any) -> None:
        if not COMMITTED.parent.is_dir():
            raise CommandError("There is no docs folder. Run this in a clone of the repository.")
        current_text = committed()
        if not check:
            COMMITTED.write_text(current_text)
        elif not COMMITTED.exists() or COMMITTED.read_text() != current_text:
            raise CommandError("docs/register.json differs. Run `manage.py privacy_register` and review it.")
