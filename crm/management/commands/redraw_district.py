"""`manage.py redraw_district CODE NEW_CODE`: close a district and open its successor, today or later."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import SYSTEM
from districts.models import District
from districts.services.redraws import redraw_district


class Command(BaseCommand):
    help = "Close a district, today or on a later day. Its organisations and plans move to the successor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="The district to redraw.")
        parser.add_argument("successor", help="A new code, or that of an active district that takes over.")
        parser.add_argument("--name", help="Name of a new successor (else the same).")
        parser.add_argument(
            "--parent", metavar="CODE", help="What a new successor is part of (else the same)."
        )

        parser.add_argument(
            "--on",
            metavar="DAY",
            type=date.fromisoformat,
            help="A later day, such as 2027-01-31 (else today).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        fields: dict[str, Any] = {"name": options["name"]} if options["name"] else {}
        try:
            district = District.objects.get(code=options["code"])
            if options["parent"]:
                fields["parent"] = District.objects.get(code=options["parent"])
            redrawn = redraw_district(
                actor=SYSTEM,
                district_id=district.pk,
                code=options["successor"],
                on=options["on"],
                **fields,
            )
        except District.DoesNotExist as error:
            raise CommandError("There is no district with this code.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if redrawn == district:
            self.stdout.write(
                f"{redrawn.code} will be redrawn on {redrawn.redraw_on}. Until then, nothing changes."
            )
            return
        self.stdout.write(f"{district.code} is closed. Its successor is {redrawn.code}, {redrawn.name}.")
