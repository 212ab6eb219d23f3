"""`manage.py confirm_role EMAIL`: the first privacy officer, whom nobody else can confirm yet."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from accounts.models import User
from accounts.services.roles import confirm_role


class Command(BaseCommand):
    help = "Let the role that waits for EMAIL hold, as a privacy officer would; the trail says so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_address(options["email"]).first()
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        try:
            confirmed = confirm_role(actor=SYSTEM, user_id=user.pk)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{confirmed.email} works as {confirmed.get_role_display()} from now on.")
