"""A copy maintained only from the change feed, to compare with the rows that a key can see."""

from typing import Any
from uuid import UUID

from django.db.models import Count, F

from api.queries.actors import actor_for_key
from api.queries.changes import MODELS
from districts.models import District
from reports.models import KeptPeriod
from tests.api.clients import Tool
from tests.audit.numbering import publish_all

Rows = dict[tuple[str, UUID], int]  # type and id → version


def _version(model: Any) -> Any:
    """Return what counts the changes of a row: a field, or the vintages of kept figures."""
    if model is KeptPeriod:
        return Count("figures__kept_at", distinct=True)
    return F("version" if any(field.name == "version" for field in model._meta.fields) else "revision")


class Copy:
    """The rows that a client holds: the visible rows at the start, updated from the feed."""

    def __init__(self, *districts: District) -> None:
        self.tool = Tool(*districts)
        publish_all()
        self.rows: Rows = self.truth()
        self._read("/changes/?cursor=latest")

    def truth(self) -> Rows:
        """Return the rows that the key can see now."""
        actor = actor_for_key(self.tool.key)
        return {
            (name, pk): version
            for name, model in MODELS.items()
            for pk, version in model.objects.visible_to(actor).values_list("pk", _version(model))
        }

    def follow(self) -> list[dict[str, Any]]:
        """Read the feed to its end, apply it, and return the rows that were read."""
        publish_all()
        told: list[dict[str, Any]] = []
        while page := self._read(self._next):
            told += page
        truth = self.truth()
        for row in told:
            key = (row["type"], UUID(row["id"]))
            if row["op"] in {"out_of_scope", "erased", "merged"}:
                self.rows.pop(key, None)
            elif key in truth:  # the client reads the row by its ID
                self.rows[key] = truth[key]
        return told

    def is_true(self) -> bool:
        return self.rows == self.truth()

    def _read(self, path: str) -> list[dict[str, Any]]:
        body = self.tool.get(path).json()
        self._next = body["next"].split("/api/v1")[1]
        rows: list[dict[str, Any]] = body["results"]
        return rows
