"""`manage.py confirm_role EMAIL`: confirm a role when the city has no second person yet."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from accounts.models import User
from accounts.services.acts import confirm_all


class Command(BaseCommand):
    help = (
        "Confirm all pending changes of the account of EMAIL, as a privacy officer would: role, districts, "
        "email address, two-factor authentication, reactivation. The activity log names the command line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address the account has now")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_address(options["email"]).first()
        if user is None:
            raise CommandError("No account uses this email address.")
        try:
            confirmed = confirm_all(actor=SYSTEM, user_id=user.pk)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        user.refresh_from_db()
        kinds = ", ".join(act.get_kind_display() for act in confirmed)
        self.stdout.write(f"Confirmed for {user.email}: {kinds}.")
        self.stdout.write(f"{user.email} now has the role {user.get_role_display()}.")
