"""`manage.py remove_demo`: empty a database that contains only the demo."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.demo.load import HasRealData, remove_demo


class Command(BaseCommand):
    help = "Remove the demo and everything that was entered into it, sign-ins included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"]:
            answer = input(
                "This deletes everything in this database, including accounts. Type “remove” to continue:"
            )
            if answer.strip() != "remove":
                raise CommandError("Nothing was removed.")
        try:
            remove_demo()
        except HasRealData:
            raise CommandError("This database does not contain the demo. Nothing was removed.") from None
        self.stdout.write(
            "The demo is gone. Add the first administrator: manage.py create_administrator EMAIL"
        )
