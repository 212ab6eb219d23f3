"""manage.py import_organisations FILE.csv --mapping mapping.toml"""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import User
from exchange.imports.mapping import Mapping, load_mapping
from exchange.imports.register import OUTLASTS_THE_DEAD, import_organisations


class Command(BaseCommand):
    help = (
        "Import organisations from a CSV file. Reports the result for each row, with totals. "
        "Importing the same file again changes nothing."
    )

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the register, as CSV in any common encoding")
        parser.add_argument(
            "--mapping", type=Path, required=True, help="what its columns mean (docs/import.md)"
        )
        add_usual_arguments(parser)
        parser.add_argument("--encoding", default="", help="how the file is encoded, such as windows-1251")
        parser.add_argument(
            "--join",
            action="append",
            default=[],
            metavar="LINE=WHAT",
            help="which row is one with which: 7=line:5, 9=organisation:ID as the report offers it, or 9=new",
        )

    def handle(self, *, file: Path, mapping: Path, encoding: str, join: list[str], **options: Any) -> None:
        try:
            with file.open("rb") as opened:
                import_file(self, opened, self._mapping(mapping, encoding, join), **options)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error

    def _mapping(self, path: Path, encoding: str, joins: list[str]) -> Mapping:
        mapping = load_mapping(path.read_text(encoding="utf-8-sig"))
        chosen: dict[int, str] = {}
        for join in joins:
            line, _sign, key = join.partition("=")
            if not line.isdecimal() or not key:
                raise CommandError(
                    _("Enter --join as LINE=WHAT, such as 7=line:5, not “%(one)s”.") % {"one": join}
                )
            chosen[int(line)] = key
        return replace(mapping, encoding=encoding or mapping.encoding, joins=chosen)


def add_usual_arguments(parser: ArgumentParser) -> None:
    """Add the options that every import on the command line has."""
    parser.add_argument("--dry-run", action="store_true", help="preview the import without writing anything")
    parser.add_argument("--as", dest="email", help="import as this supervisor, in their districts only")
    parser.add_argument("--reason", default="", help="reason, for the activity log; needed with --as")
    parser.add_argument("--quiet", action="store_true", help="print only rejected rows and totals")


def import_file(
    command: BaseCommand,
    file: BinaryIO,
    mapping: Mapping,
    *,
    dry_run: bool,
    email: str | None,
    reason: str,
    quiet: bool,
    **_options: Any,
) -> None:
    """Import a file with a mapping, and print the outcome of each row. Raises CommandError."""
    try:
        with _progress() as bar:
            report = import_organisations(
                actor=_actor(email),
                file=file,
                mapping=mapping,
                dry_run=dry_run,
                purpose=reason or "register",
                progress=_Bar(bar),
                patience=OUTLASTS_THE_DEAD,
            )
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    except PermissionDenied as error:
        raise CommandError(_("Only supervisors can import.")) from error
    for line in report.lines():
        if not quiet or line.outcome == "refused":
            because = f": {line.reason}" if line.reason else ""
            command.stdout.write(f"{line.number}\t{line.outcome.value}\t{line.name}{because}")
    command.stdout.write(str(report))
    if dry_run:
        command.stdout.write(_("Dry run: nothing was written."))


def _actor(email: str | None) -> Actor:
    if email is None:
        return SYSTEM
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(_("No account uses %(email)s.") % {"email": email})
    return actor_for(user)


def _progress() -> Progress:
    """Return a progress display on stderr, only on a terminal, because the report may be piped."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


class _Bar:
    """A progress bar for each step."""

    def __init__(self, bar: Progress) -> None:
        self._bar, self._tasks = bar, dict[str, TaskID]()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if step not in self._tasks:
            words = {"wait": _("Waiting for another import"), "read": _("Reading"), "write": _("Writing")}
            self._tasks[step] = self._bar.add_task(words[step], total=total)
        self._bar.update(self._tasks[step], completed=done, total=total)
