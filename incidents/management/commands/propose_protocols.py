from typing import Any

from django.core.management.base import BaseCommand

from accounts.actors import SYSTEM
from incidents.models import Protocol
from incidents.services.proposed_protocols import SHIPPED
from incidents.services.protocols import draft_protocol


class Command(BaseCommand):
    help = "Draft the protocols that the software proposes. None is in force until somebody approves it."

    def handle(self, **options: Any) -> None:
        for shipped in SHIPPED:
            if Protocol.objects.filter(code=shipped["code"]).exists():
                self.stdout.write(f"{shipped['code']}: exists already, left as it is.")
                continue
            fields: dict[str, Any] = shipped | {"name": str(shipped["name"])}
            fields["steps"] = [step | {"text": str(step["text"])} for step in shipped["steps"]]
            draft_protocol(actor=SYSTEM, **fields)
            self.stdout.write(f"{shipped['code']}: drafted. Agree it with organisations, then approve it.")
