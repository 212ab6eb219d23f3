from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.models import District
from incidents.services.protocols import unowned_steps


class Command(BaseCommand):
    help = "Print each district, protocol and step that nobody would get. Exits with 1 if there are any."

    def handle(self, **options: Any) -> None:
        has_unowned = 0
        for district in District.objects.order_by("name", "pk"):
            for step in unowned_steps(district):
                has_unowned += 1
                self.stdout.write(f"{district.code}  {step.protocol.code}  {step.text}")
        if has_unowned:
            raise CommandError("Some steps would have no owner.", returncode=1)
        self.stdout.write("Every step has an owner.")
