"""PUT by an external ID: create the record that a key's own system knows by this ID, or update it."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.http import parameters
from api.http.etags import expected_version
from api.http.problems import Problem, bad_fields
from api.resources.specs import Row
from api.resources.writing import CreateMixin, UpdateMixin, drop_hidden_references, read_only
from contacts.services.changes import lock
from lib.conflicts import check_version
from lib.fold import squash


class UpsertMixin(CreateMixin, UpdateMixin):
    def upsert(self, request: Request, source: str, external_id: str) -> HttpResponse:
        """Create or update a record by the ID that your own system has for it.

        The body is that of POST, and is validated in the same way whether or not the record exists. Fields
        that it omits keep their values, because officers add what a tool does not have.
        """
        parameters.check_parameters(request, ())
        self._check_source(source)
        own_id = {"source": squash(source), "external_id": squash(external_id)}
        values = self.read_body(request.data, partial=False)
        if "external_ids" in values and own_id not in values["external_ids"]:
            values["external_ids"] = [*values["external_ids"], own_id]
        with transaction.atomic():
            self._lock(own_id)
            rows = self.visible(self.actor).filter(
                external_ids__source=own_id["source"], external_ids__external_id=own_id["external_id"]
            )
            ids = list(rows.values_list("pk", flat=True))
            self.hold_first(values, ids)
            existing_row = next(iter(lock(rows, ids, values).values()), None)
            if existing_row is None:
                self._check_absent(request)
                values.setdefault("external_ids", [own_id])
                new_row: Any = self.create_from(values)
                return self.answer(new_row.pk, 201)
            before = self.fetch(existing_row.pk)
            self._check_present(request, before)
            if str(values.pop("id", existing_row.pk)) != str(existing_row.pk):
                raise bad_fields([read_only("/id")])
            self._add_to_own_ids(values, before)
            self._keep_other_sources(values, before)
            drop_hidden_references(values, before)
            self.perform_update(existing_row.pk, before["version"], values)
            return self.answer(existing_row.pk, 200)

    def _add_to_own_ids(self, values: dict[str, Any], before: Row) -> None:
        """Keep the record's other IDs of this source: a merge may have brought them. PATCH removes them."""
        if self.key is None or "external_ids" not in values:
            return
        known_ids = [
            {"source": row["source"], "external_id": row["id"]}
            for row in before.get("external_ids") or ()
            if row["source"] == self.key.source
        ]
        body_ids = values["external_ids"]
        values["external_ids"] = [*body_ids, *(row for row in known_ids if row not in body_ids)]

    def hold_first(self, values: dict[str, Any], ids: Collection[UUID]) -> None:
        """Lock the rows that the body refers to and that a writer locks before the row (docs/adr/0072)."""

    def _check_source(self, source: str) -> None:
        """Raise 403 for callers without a source name, and for the source name of another key."""
        if self.key is None:
            raise Problem(
                403,
                "keys_only",
                _("Only API keys have a source name. Use POST and PATCH in a browser session."),
            )
        if source != self.key.source:
            detail = _("Use this key’s own source name, “%(source)s”.") % {"source": self.key.source}
            raise Problem(403, "other_source", detail)

    def _lock(self, external_id: dict[str, str]) -> None:
        """Wait for other requests about this ID, so that two simultaneous requests create one record."""
        name = f"upsert {self.scope} {external_id['source']} {external_id['external_id']}".encode()
        number = int.from_bytes(sha256(name).digest()[:8], byteorder="big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])

    def _check_absent(self, request: Request) -> None:
        """Raise 412 if the caller expects a version of a record that does not exist (RFC 9110, 13.1.1)."""
        if "If-Match" in request.headers:
            raise Problem(412, "stale", _("There is no record with this ID yet."))

    def _check_present(self, request: Request, before: Row) -> None:
        """Raise 412 if the caller wants to create the record, or has seen another version of it."""
        if request.headers.get("If-None-Match", "").strip() == "*":
            headers = {"ETag": self.current_tag(before["id"])}
            raise Problem(412, "exists", _("There is already a record with this ID."), headers=headers)
        if "If-Match" in request.headers:
            with self.stale_with_etag(before["id"]):
                check_version(before["version"], expected_version(request, before["version"]))
