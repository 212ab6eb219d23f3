"""`manage.py import_districts FILE`: import district boundaries, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from districts.imports import MAX_BYTES, Naming, import_districts

HINTS = {
    "code_property": "Use --code-property PROPERTY, or --codes-from-names.",
    "name_property": "Use --name-property PROPERTY.",
    "layer": "Use --layer NAME.",
    "unconfirmed": "Use --confirm-changes, and --choose for choices without a default (--dry-run).",
}


class Command(BaseCommand):
    help = "Create or update districts from a zipped shapefile, a GeoPackage or GeoJSON: all of them or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--source", default="", help="Where the file comes from, for the activity log.")
        parser.add_argument("--code-property", default="", help="Property with the code. Default: guessed.")
        parser.add_argument("--name-property", default="", help="Property with the name. Default: guessed.")
        parser.add_argument("--parent", default="", metavar="CODE", help="District that contains them all.")
        parser.add_argument(
            "--parent-property", default="", help="Property with the code or name of the district above."
        )
        parser.add_argument(
            "--choose",
            action="append",
            default=[],
            metavar="KEY=OPTION",
            help="Select an option that --dry-run lists. May be repeated.",
        )
        parser.add_argument("--layer", default="", help="Shapefile or table of a file with several.")
        parser.add_argument(
            "--codes-from-names",
            action="store_true",
            help="Make codes from the names, if the file has no codes.",
        )
        parser.add_argument(
            "--confirm-changes",
            action="store_true",
            help="Confirm the new names, new places and overlaps that --dry-run lists.",
        )
        parser.add_argument("--dry-run", action="store_true", help="List the changes without making them.")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            with file.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
            report = import_districts(
                actor=SYSTEM,
                content=content,
                naming=Naming(
                    code=options["code_property"],
                    name=options["name_property"],
                    parent=options["parent"],
                    from_names=options["codes_from_names"],
                    layer=options["layer"],
                    parent_property=options["parent_property"],
                ),
                source=options["source"] or file.name,
                dry_run=options["dry_run"],
                confirmed=options["confirm_changes"],
                selected=dict(choice.partition("=")[::2] for choice in options["choose"]),
            )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except ValidationError as error:
            hint = HINTS.get(getattr(error, "error_list", [error])[0].code or "")
            messages = [f"{file}: nothing was imported.", *error.messages, *([hint] if hint else [])]
            raise CommandError("\n".join(messages)) from error
        for row in report.rows:
            self.stdout.write(f"{row.outcome:<9}  {row.code:<10}  {row.name}")
        for note in report.notes:
            self.stdout.write(f"note: {note}")
        for choice in report.all_choices:
            self.stdout.write(f"to choose: {choice.text}")
            for value, label in choice.options:
                mark = " (default)" if value == choice.default else ""
                self.stdout.write(f"  --choose {choice.key}={value}  {label}{mark}")
        for question in report.checks:
            self.stdout.write(f"to confirm: {question}")
        counts = f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}"
        self.stdout.write(counts + (" (dry run: nothing was written)" if options["dry_run"] else ""))
