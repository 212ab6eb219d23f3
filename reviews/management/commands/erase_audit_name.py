"""Erase a former colleague's name from signed audits. The signatures stay valid."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from accounts.models import User
from reviews.services.names import forget_colleague


class Command(BaseCommand):
    help = "Erase a former colleague's name from signed audits. Their signatures stay valid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the email address of the deactivated staff account")

    def handle(self, *, email: str, **_: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"There is no staff account with the email {email}.")
        if user.is_active:
            raise CommandError("This account is active. Deactivate the account first.")
        audits = forget_colleague(actor=SYSTEM, user_id=user.pk)
        self.stdout.write(f"The name was erased from {audits} signed audits.")
