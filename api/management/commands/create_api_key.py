"""`manage.py create_api_key`: create an active key and print its token, once, as the last line."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from accounts.actors import SYSTEM
from api.codes import Scope
from api.services.keys import create_key
from districts.models import District


class Command(BaseCommand):
    help = "Create an API key and print it. It is shown only once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="which tool, and who runs it")
        parser.add_argument("--scopes", required=True, help="comma-separated: " + ", ".join(Scope.values))
        parser.add_argument("--districts", required=True, help="comma-separated codes, or “all”")
        parser.add_argument(
            "--purpose", required=True, help="shown in the audit log with everything the key does"
        )
        parser.add_argument(
            "--source",
            help=("identifies this tool’s records in external IDs (default: derived from the name)"),
        )
        parser.add_argument("--days", type=int, default=90, help="1 to 365")
        parser.add_argument(
            "--people-a-day", type=int, default=500, help="how many different contacts it may read in a day"
        )
        parser.add_argument("--requests-a-minute", type=int, default=600)

    def handle(self, *args: Any, **options: Any) -> None:
        codes = [code for code in options["districts"].split(",") if code]
        citywide = codes == ["all"]
        districts = list(District.objects.filter(code__in=codes))
        if not citywide and (unknown := set(codes) - {district.code for district in districts}):
            raise CommandError(f"There is no district {', '.join(sorted(unknown))}.")
        try:
            key, token = create_key(
                actor=SYSTEM,
                name=options["name"],
                scopes=[scope.strip() for scope in options["scopes"].split(",") if scope.strip()],
                districts=() if citywide else districts,
                is_citywide=citywide,
                purpose=options["purpose"],
                source=options["source"] or slugify(options["name"])[:60],
                days=options["days"],
                daily_contacts=options["people_a_day"],
                requests_per_minute=options["requests_a_minute"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stderr.write(
            f"{key.name} may use this key until {key.expires_at:%Y-%m-%d}. It is shown only now:"
        )
        self.stdout.write(str(token))
