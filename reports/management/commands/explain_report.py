"""`manage.py explain_report SLUG`: print the SQL statement of a figure, and its plan."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.actors import SYSTEM
from lib.days import city_today
from reports.figures.report import count_all
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import By, ask


class Command(BaseCommand):
    help = "Print the SQL statement of a report with its values, ready for psql; --plan adds how it runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", choices=sorted(REPORTS), help="slug of the report: %(choices)s")
        parser.add_argument("--district", action="append", default=[], metavar="CODE", help="(all of them)")
        parser.add_argument("--from", dest="since", type=date.fromisoformat, metavar="DAY", help="first day")
        parser.add_argument(
            "--to", dest="until", type=date.fromisoformat, metavar="DAY", help="day after the last"
        )
        parser.add_argument(
            "--by",
            choices=[grouping.value for grouping in By],
            default=By.DISTRICT,
            help="%(choices)s (%(default)s)",
        )
        parser.add_argument("--all-kinds", action="store_true", help="count partners, culture and sport too")
        parser.add_argument(
            "--plan", action="store_true", help="run it, and print EXPLAIN (ANALYZE, BUFFERS)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = REPORTS[options["report"]]
        try:
            period = _period(options["since"], options["until"])
            question = ask(
                SYSTEM,
                [period],
                districts=options["district"],
                by=By(options["by"]),
                all_kinds=options["all_kinds"],
            )
        except (ValidationError, PermissionDenied, ValueError) as error:
            messages = error.messages if isinstance(error, ValidationError) else [str(error)]
            raise CommandError(" ".join(messages)) from error
        statements: list[str] = []

        def remember(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            statements.append(context["connection"].ops.compose_sql(sql, params))
            return execute(sql, params, many, context)

        with transaction.atomic(), connection.execute_wrapper(remember):
            count_all([report], question)  # counted now, as it is before the figure is kept
        for statement in statements:
            self.stdout.write(f"{statement.strip()};\n")
            if options["plan"]:
                self._print_plan(statement)

    def _print_plan(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
            for (line,) in cursor.fetchall():
                self.stdout.write(f"-- {line}")


def _period(since: date | None, until: date | None) -> Period:
    """Return the period from `since` to `until`, or the last whole quarter without both."""
    if since and until:
        return Period(since, until)
    if since or until:
        raise ValueError("Give both --from and --to, or neither for the last quarter.")
    return quarter_of(city_today()).previous()
