"""`manage.py write_openapi`: write the OpenAPI document to docs/openapi.yaml. A test compares the file."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from api.schema.document import as_yaml


class Command(BaseCommand):
    help = "Write the API's OpenAPI document to docs/openapi.yaml."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "openapi.yaml"
        path.write_bytes(as_yaml())
        self.stdout.write(f"Wrote {path.relative_to(settings.BASE_DIR)}.")
