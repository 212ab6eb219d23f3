"""manage.py import_hsds FILE|URL"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from contacts.codes import Kind
from exchange.imports.directories import HEADINGS, MOST_BYTES
from exchange.imports.guessing import guess_values
from exchange.imports.mapping import Mapping, load_mapping
from exchange.imports.tables import read_table
from exchange.imports.words import KINDS
from exchange.management.commands.import_organisations import add_usual_arguments, import_file
from lib.calling import NotDelivered, fetch
from lib.target_rules import BadTarget
from lib.targets import check_target, target_problem

_SECONDS: Final = 60.0
_SAME: Final = ("name", "summary", "website", "email", "phone", "address", "postcode", "languages")
_HEADERS: Final = {"user-agent": "Proximity-CRM-Import/1", "accept-encoding": "identity"}


class Command(BaseCommand):
    help = (
        "Import organisations from a directory in HSDS 3 (Open Referral): JSON, NDJSON or a ZIP of tables. "
        "People in it are left out. Importing the same directory again changes nothing."
    )

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="FILE|URL", help="the directory, or its https address")
        parser.add_argument("--district", default="", help="code of the district of rows without a place")
        parser.add_argument("--source", default="hsds", help="what the directory is called here (hsds)")
        add_usual_arguments(parser)

    def handle(self, *, directory: str, district: str, source: str, **options: Any) -> None:
        try:
            with closing(_open(directory)) as file:
                table = read_table(file)
                if tuple(table.headings) != HEADINGS:
                    raise CommandError(_("This is not a directory in HSDS 3."))
                for reason, n in table.left_out.items():
                    self.stdout.write(f"{reason}: {n}")
                mapping = _mapping(source, district, table.distinct["kind"])
                import_file(self, table.content, mapping, **options)
        except OSError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error


def _open(directory: str) -> BinaryIO:
    """Open a file, or fetch an address like that of a watched register."""
    if "://" not in directory:
        return Path(directory).open("rb")
    try:
        return fetch(check_target(directory), _HEADERS, limit_seconds=_SECONDS, most_bytes=MOST_BYTES)
    except BadTarget as error:
        raise CommandError(str(target_problem(error.code))) from error
    except NotDelivered as error:
        raise CommandError(_("The directory could not be read: %(why)s") % {"why": error.code}) from error


def _mapping(source: str, district: str, kinds: Sequence[str]) -> Mapping:
    """Return the mapping of a directory. An unknown kind of organisation becomes “other”."""
    code_by_kind = guess_values(kinds, dict(Kind.choices), KINDS, {})
    values = ", ".join(f"{_quoted(kind)} = {_quoted(code_by_kind.get(kind, Kind.OTHER))}" for kind in kinds)
    home = f", value = {_quoted(district)}" if district else ""
    lines = [
        f"source = {_quoted(source)}",
        'identify = ["external id"]',
        "[fields]",
        *(f'{name} = "{name}"' for name in _SAME),
        f'kind = {{ column = "kind", default = "other", values = {{ {values} }} }}',
        f'home_district = {{ latitude = "latitude", longitude = "longitude"{home} }}',
    ]
    return load_mapping("\n".join(lines))


def _quoted(text: str) -> str:
    """Return a TOML string, which is quoted as in JSON."""
    return json.dumps(text, ensure_ascii=False)
