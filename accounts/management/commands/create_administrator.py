"""`manage.py create_administrator EMAIL`: create the first administrator, who can invite other users."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from accounts.services.users import create_administrator
from accounts.sign_in import password_link


class Command(BaseCommand):
    help = (
        "Create the first administrator and print a sign-in link that works once and expires in three days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--another", action="store_true", help="create another administrator even if one exists"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = create_administrator(actor=SYSTEM, email=options["email"], another=options["another"])
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{user.email} is an administrator. Open this link to choose a password:")
        self.stdout.write(password_link(user))
