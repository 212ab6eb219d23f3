from typing import Any

from django.core.management.base import BaseCommand

from accounts.actors import SYSTEM
from incidents.models import Protocol
from incidents.services.proposed_protocols import PROPOSED, in_words
from incidents.services.protocols import draft_protocol


class Command(BaseCommand):
    help = "Draft the protocols that the software proposes. None is in force until somebody approves it."

    def handle(self, **options: Any) -> None:
        for proposed in PROPOSED:
            if Protocol.objects.filter(code=proposed["code"]).exists():
                self.stdout.write(f"{proposed['code']}: exists already, left as it is.")
                continue
            fields: dict[str, Any] = proposed | in_words(proposed)
            draft_protocol(actor=SYSTEM, **fields)
            self.stdout.write(f"{proposed['code']}: drafted. Agree it with organisations, then approve it.")
