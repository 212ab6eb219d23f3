"""`manage.py rotate_api_key ID`: a second secret for a key made on the server, on the last line, once."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from api.models import ApiKey
from api.services.keys import rotate_key


class Command(BaseCommand):
    help = "Make a second secret for an API key; the first one works for seven more days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=UUID, metavar="ID", help="as in the address of the key's page")

        parser.add_argument("--days", type=int, help="also renew the key for so many days")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key, token = rotate_key(actor=SYSTEM, key_id=options["id"], days=options["days"])
        except ApiKey.DoesNotExist:
            raise CommandError("There is no key with this ID.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stderr.write(f"{key.name} has a new secret. It is shown only now:")
        self.stdout.write(str(token))
