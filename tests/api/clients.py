"""An API client for tests: sends a key's token with every request, and bodies as JSON."""

from typing import Any

import orjson
from django.test import Client

from accounts.actors import SYSTEM
from api.codes import Scope
from api.models import ApiKey
from api.services.keys import create_key
from districts.models import District

ALL = tuple(Scope.values)


class Tool:
    """A client that calls `/api/v1/…` with its key."""

    def __init__(self, *districts: District, scopes: tuple[str, ...] = ALL, **fields: Any) -> None:
        number = ApiKey.objects.count()
        defaults: dict[str, Any] = {
            "name": f"Tool {number}",
            "purpose": "testing the contract",
            "source": f"tool-{number}",
            "is_citywide": not districts,
        }
        self.key, token = create_key(actor=SYSTEM, scopes=scopes, districts=districts, **(defaults | fields))
        self.token = str(token)
        self.client = Client(headers={"authorization": f"Bearer {self.token}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=_named(headers))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("put", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers=_named(headers))

    def _send(self, verb: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        raw = body if isinstance(body, bytes | str) else orjson.dumps(body)
        call = getattr(self.client, verb)
        return call(f"/api/v1{path}", raw, content_type="application/json", headers=_named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    """Convert keyword arguments to headers: `if_match="x"` is If-Match."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
