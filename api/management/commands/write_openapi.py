"""`manage.py write_openapi`: write the OpenAPI document to docs/openapi.yaml, or compare the file with it."""

from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from api.schema.document import as_yaml

PAGE: Final = settings.BASE_DIR / "docs" / "openapi.yaml"


class Command(BaseCommand):
    help = "Write the API's OpenAPI document to docs/openapi.yaml. With --check, fail if the file differs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing")

    def handle(self, *, check: bool, **_: Any) -> None:
        document = as_yaml()
        if not check:
            PAGE.write_bytes(document)
            self.stdout.write(f"Wrote {PAGE.relative_to(settings.BASE_DIR)}.")
        elif not PAGE.exists() or PAGE.read_bytes() != document:
            raise CommandError("docs/openapi.yaml is stale. Run `python3 dev.py manage write_openapi`.")
