"""Actions that write: POST, batches, PATCH and DELETE, each through the same service as the pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from api.http import parameters
from api.http.etags import etag, expected_version
from api.http.idempotency import StoredResult, once, storable_result
from api.http.problems import Problem, bad_fields, id_taken, not_found, problem_of
from api.resources.base import Resource
from api.rules import to_json
from audit.models import Action, Change, Op
from contacts.services.erased_ids import has_erased_id
from lib.conflicts import StaleVersion, check_version
from lib.error_texts import safe_text
from lib.row_context import Opened, opened

MAX_BATCH = 200


class Writing(Resource):
    """Parse the body with the input serializer and return the current row."""

    input: ClassVar[type[serializers.Serializer[Any]]]
    url_name: ClassVar[str]

    def read_body(self, data: Any, *, partial: bool, prefix: str = "") -> dict[str, Any]:
        """Parse a body into arguments for a service. Raises 400 by field.

        With `partial`, fields of the object are optional, but fields of rows inside it are still required.
        DRF's own `partial` would make both optional.
        """
        reader = self.input(data=data, context={"actor": self.actor})
        if partial:
            for field in reader.fields.values():
                field.required = False
        parameters.check_members(data, reader, self.spec.names, prefix)
        if not reader.is_valid():
            raise serializers.ValidationError(reader.errors)
        return dict(reader.validated_data)

    def _keep_other_sources(
        self, values: dict[str, Any], before: Mapping[str, Any], prefix: str = ""
    ) -> None:
        """Keep external IDs of other sources: a key can only set those of its own source."""
        if self.key is None or "external_ids" not in values:
            return
        other_ids = [
            {"source": row["source"], "external_id": row["id"]}
            for row in before.get("external_ids") or ()
            if row["source"] != self.key.source
        ]
        own_ids = [row for row in values["external_ids"] if row["source"] == self.key.source]
        if any(row not in own_ids and row not in other_ids for row in values["external_ids"]):
            detail = _("Use this key’s own source name, “%(source)s”.")
            raise bad_fields(
                [
                    {
                        "pointer": f"{prefix}/external_ids",
                        "code": "other_source",
                        "detail": detail % {"source": self.key.source},
                    }
                ]
            )
        values["external_ids"] = own_ids + other_ids

    def answer(self, pk: UUID, status: int) -> HttpResponse:
        """The current row with its ETag. A writer without read access gets only ID and version."""
        names = [] if self.may_read() else ["id", "version"]
        row = self.fetch(pk, names)
        if not names:
            self.show([row], (), Action.VIEW)
        body = to_json(row)
        response = HttpResponse(body, status=status, content_type="application/json")
        response["ETag"] = etag(row.get("version", 1), body)
        if status == 201:
            response["Location"] = self.request.build_absolute_uri(reverse(self.url_name, args=[pk]))
        return response

    def replay_response(self, stored_result: StoredResult) -> HttpResponse:
        """The response to a repeated request: the current row, or 410 if it was deleted.

        If the row has changed since then, reading a contact requires a purpose.
        """
        pk = UUID(stored_result["id"])
        try:
            row = self.fetch(pk, ["id", "version"])
        except ObjectDoesNotExist:
            if self._existing_ids([pk]):
                raise
            raise _deleted_since() from None
        self.reads = row.get("version", 1) != stored_result["version"]
        return self.answer(pk, stored_result["status"])

    @contextmanager
    def stale_with_etag(self, pk: UUID) -> Iterator[None]:
        """Run a write in one transaction. Raises 412 with the current ETag if the version is stale.

        The row was read before the transaction, so the service checks the version again after locking the
        row.
        """
        try:
            with transaction.atomic():
                yield
        except StaleVersion as stale:
            raise Problem(412, "stale", safe_text(stale), headers={"ETag": self.current_tag(pk)}) from None

    def current_tag(self, pk: UUID) -> str:
        """The ETag of the row as the caller would read it."""
        row = self.fetch(pk, [] if self.may_read() else ["id", "version"])
        return etag(row["version"], to_json(row))

    @opened(Opened.WRITER)
    def _existing_ids(self, ids: Iterable[UUID]) -> set[UUID]:
        """The existing IDs among these, whether or not the caller can see the rows."""
        rows = self.spec_model._base_manager.filter(pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))


def _deleted_since() -> Problem:
    return Problem(410, "gone", _("The record that this request created no longer exists."))


class CreateMixin(Writing):
    def perform_create(self, values: dict[str, Any]) -> models.Model:
        """Call the service."""
        raise NotImplementedError

    def create(self, request: Request) -> HttpResponse:
        parameters.check_parameters(request, ())
        data = request.data  # parse first, so that an invalid body is rejected for any key

        def work() -> tuple[HttpResponse, StoredResult]:
            with transaction.atomic():
                row: Any = self._create_one(data)
                return self.answer(row.pk, 201), storable_result({"id": str(row.pk), "version": row.version})

        return once(request, to_json(data), work, self.replay_response)

    def batch(self, request: Request) -> HttpResponse:
        """Up to 200 objects, all or none; with `?atomic=false` a result for each."""
        parameters.check_parameters(request, ("atomic",))
        atomic = parameters.read_flag(request, "atomic", default=True)
        data = request.data
        if not isinstance(data, list) or not 1 <= len(data) <= MAX_BATCH:
            detail = _("Send a list with at least one object. The limit is %(n)d.") % {"n": MAX_BATCH}
            raise bad_fields([{"pointer": "", "code": "invalid", "detail": detail}])

        def work() -> tuple[HttpResponse, StoredResult]:
            results, status = (self._all(data), 201) if atomic else (self._each(data), 200)
            return self._answer_batch(results, status), storable_result({"results": results})

        return once(request, to_json(data), work, self._replay_batch)

    def _create_one(self, data: Any, prefix: str = "") -> models.Model:
        return self.create_from(self.read_body(data, partial=False, prefix=prefix), prefix)

    def create_from(self, values: dict[str, Any], prefix: str = "") -> models.Model:
        """Create a row from a parsed body. Raises 409 if an ID of it is in use."""
        self._keep_other_sources(values, {}, prefix)
        if (chosen := values.get("id")) and _was_erased(chosen):
            raise id_taken()
        try:
            with transaction.atomic():
                return self.perform_create(values)
        except IntegrityError:
            raise Problem(409, "conflict", _("This conflicts with an existing record.")) from None
        except ValidationError as error:
            if _is_taken_id(error):
                raise id_taken() from None
            if has_erased_id(error):
                raise _gone_for_good() from None
            raise

    def _all(self, data: Sequence[Any]) -> list[StoredResult]:
        results, errors = [], []
        with transaction.atomic():
            for number, body in enumerate(data):
                result = self._try(body, f"/{number}")
                results.append(result)
                errors.extend(result.get("errors", ()))
            if any("id" not in result for result in results):
                failed = [
                    {"pointer": f"/{n}", "code": r["code"], "detail": r["detail"]}
                    for n, r in enumerate(results)
                    if "id" not in r and not r.get("errors")
                ]
                raise bad_fields([*errors, *failed])
        return results

    def _each(self, data: Sequence[Any]) -> list[StoredResult]:
        return [self._try(body, f"/{number}") for number, body in enumerate(data)]

    def _try(self, data: Any, prefix: str) -> dict[str, Any]:
        """Create one object of a batch. Returns its ID and version, or its problem."""
        try:
            with transaction.atomic():
                row: Any = self._create_one(data)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            errors = [{**e, "pointer": prefix + e["pointer"]} for e in problem.extra.get("errors", ())]
            return {
                "status": problem.status_code,
                "code": problem.code,
                "detail": str(problem.detail),
                **({"errors": errors} if errors else {}),
            }
        return {"status": 201, "id": str(row.pk), "version": row.version}

    def _answer_batch(self, results: list[StoredResult], status: int) -> HttpResponse:
        return HttpResponse(to_json({"results": results}), status=status, content_type="application/json")

    def _replay_batch(self, stored_result: StoredResult) -> HttpResponse:
        """The current versions of a batch's rows. Rejected objects stay rejected."""
        ids = [entry["id"] for entry in stored_result["results"] if "id" in entry]
        versions = dict(self.visible(self.actor).filter(pk__in=ids).values_list("pk", "version"))
        existing_ids = self._existing_ids(pk for pk in map(UUID, ids) if pk not in versions)

        def result(stored_entry: StoredResult) -> StoredResult:
            if "id" not in stored_entry:
                rejection = {"detail": _("The request was rejected when it was first sent.")}
                errors = [error | rejection for error in stored_entry.get("errors", ())]
                return stored_entry | rejection | ({"errors": errors} if errors else {})
            pk = UUID(stored_entry["id"])
            if pk in versions:
                return stored_entry | {"version": versions[pk]}
            problem = not_found() if pk in existing_ids else _deleted_since()
            return {"status": problem.status_code, "code": problem.code, "detail": str(problem.detail)}

        return self._answer_batch(
            [result(entry) for entry in stored_result["results"]], stored_result["status"]
        )


def _gone_for_good() -> Problem:
    return Problem(410, "gone", _("The person with this ID was erased. Do not send them again."))


def _was_erased(pk: UUID) -> bool:
    """Whether this was the ID of a row that was erased or merged."""
    return Change.objects.filter(object_id=pk, op__in=[Op.ERASED, Op.MERGED]).exists()


def _is_taken_id(error: ValidationError) -> bool:
    return hasattr(error, "error_dict") and any(e.code == "unique" for e in error.error_dict.get("id", ()))


class UpdateMixin(Writing):
    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        """Call the service."""
        raise NotImplementedError

    def partial_update(self, request: Request, pk: UUID) -> HttpResponse:
        parameters.check_parameters(request, ())
        data = parameters.check_body(request.data, {*self.input().fields, *self.spec.names, "version"})
        before = self.fetch(pk)  # 404 first, to reveal nothing about hidden rows
        version = expected_version(request, before["version"], data)
        values = self.read_body(self._changes(data, before), partial=True)
        self._keep_other_sources(values, before)
        drop_hidden_references(values, before)
        with self.stale_with_etag(pk):
            check_version(before["version"], version)
            self.perform_update(pk, version, values)
            return self.answer(pk, 200)

    def _changes(self, data: dict[str, Any], before: Any) -> dict[str, Any]:
        """The fields that the body changes. Unchanged fields, including read-only ones, are ignored.

        Callers without read access learn nothing about current values.
        """
        known_values = _as_read(before) if self.may_read() else {"id": str(before["id"])}
        changes = {
            name: value
            for name, value in data.items()
            if name != "version" and not (name in known_values and value == known_values[name])
        }
        writable = {name for name, field in self.input().fields.items() if not field.read_only} - {"id"}
        if fixed := [read_only(f"/{name}") for name in changes if name not in writable]:
            raise bad_fields(fixed)
        return changes


def drop_hidden_references(values: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Drop nulls that are null for the caller already: a hidden reference reads as null, and stays."""
    for name in [
        field_name
        for field_name, value in values.items()
        if value is None and before.get(field_name, "") is None
    ]:
        del values[name]


def read_only(pointer: str) -> dict[str, str]:
    """The error for a field that a caller tries to change and cannot."""
    return {"pointer": pointer, "code": "read_only", "detail": _("This cannot be changed here.")}


class DestroyMixin(Writing):
    destroy_waits: ClassVar[bool] = False  # whether a second person may have to decide

    def perform_destroy(self, pk: UUID, version: int) -> bool | None:
        """Call the service. False means that a second person has to confirm it first."""
        raise NotImplementedError

    def destroy(self, request: Request, pk: UUID) -> HttpResponse:
        parameters.check_parameters(request, ())
        before = self.fetch(pk, ["id", "version"])
        version = expected_version(request, before["version"])
        with self.stale_with_etag(pk):
            check_version(before["version"], version)
            is_done = self.perform_destroy(pk, version)
        return HttpResponse(status=202 if is_done is False else 204)


def _as_read(row: Any) -> dict[str, Any]:
    """A row as sent to the caller: IDs, dates and timestamps as text."""
    row_as_text: dict[str, Any] = orjson.loads(to_json(row))
    return row_as_text
