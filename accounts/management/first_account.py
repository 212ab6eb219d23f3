"""Base of the commands that create the first accounts of a city."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from accounts.models import Role
from accounts.services.credentials import password_link
from accounts.services.users import create_first


class FirstAccount(BaseCommand):
    """Create the first account with `role` and print a link that works once and expires in three days."""

    role: ClassVar[Role]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--another", action="store_true", help="create one more even if one exists")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = create_first(
                actor=SYSTEM, role=self.role, email=options["email"], another=options["another"]
            )
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{user.email}: {user.get_role_display()}. Open this link to choose a password:")
        self.stdout.write(password_link(user))
