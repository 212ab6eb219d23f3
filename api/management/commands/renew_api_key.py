"""`manage.py renew_api_key`: extend a key and print a token with a new secret, once, as the last line."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from api.models import ApiKey
from api.models.key import KeyStatus
from api.services.keys import rotate_key


class Command(BaseCommand):
    help = (
        "Renew an API key and print its new token, which is shown only once. The secrets before it work for "
        "seven more days; source name, scopes, districts and webhooks stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", required=True, help="the source name of the key")
        parser.add_argument("--days", type=int, default=365, help="from now on: 1 to 365")

    def handle(self, *_args: Any, source: str, days: int, **_options: Any) -> None:
        key = ApiKey.objects.exclude(status=KeyStatus.REVOKED).filter(source=source).first()
        if key is None:
            raise CommandError(f"There is no key with the source name “{source}” that can be renewed.")
        try:
            key, token = rotate_key(actor=SYSTEM, key_id=key.pk, days=days)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stderr.write(
            f"{key.name} may use its key until {key.expires_at:%Y-%m-%d}. The new secret is shown only now:"
        )
        self.stdout.write(str(token))
