"""`/bulk-reads/`: all rows of a type that the key may see, as one file (api.bulk_reads)."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actors import Actor
from api.bulk_reads import KIND, MEDIA_TYPE, require_agreement, start_bulk_read
from api.http import parameters
from api.http.idempotency import Kept, kept_of, once
from api.http.problems import Problem
from api.http.renderers import JSONRenderer
from api.inputs.bulk_reads import BulkReadInput
from api.queries.changes import scope_of
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.writing import Writing
from api.rows.bulk_reads import BULK_READ
from api.rules import to_json
from jobs.files import parts_of
from jobs.models import Job, JobFile
from jobs.services import fetch_file


class NdjsonRenderer(JSONRenderer):
    """For content negotiation: `Accept: application/x-ndjson`."""

    media_type = MEDIA_TYPE
    format = "ndjson"


class OfKey(Resource):
    """A key's own bulk reads. The scope is that of the rows: `<type>:read`."""

    spec = BULK_READ
    silent = True  # the rows are recorded with the file

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        return Job.objects.visible_to(actor).filter(kind=KIND)

    def check_scope(self, verb: str, noun: str = "") -> None:
        if self.actor.kind != "key":
            raise PermissionDenied
        super().check_scope("read", noun)


class BulkReads(OfKey, ListMixin, RetrieveMixin, Writing):
    orderings = ("created_at",)
    input = BulkReadInput
    url_name = "api-bulk-read"

    def create(self, request: Request) -> HttpResponse:
        """Start a bulk read."""
        parameters.check_parameters(request, ())
        data = request.data

        def work() -> tuple[HttpResponse, Kept]:
            wanted = self.read_body(data, partial=False)
            self.check_scope("read", scope_of(wanted["type"]))
            with transaction.atomic():
                job = start_bulk_read(actor=self.actor, **wanted)
                return self.answer(job.pk, 201), kept_of({"id": str(job.pk), "version": 1})

        return once(request, to_json(data), work, self.answer_again)


class BulkReadFile(OfKey):
    """The file of a bulk read: one JSON object in each line."""

    renderer_classes = [NdjsonRenderer, JSONRenderer]
    shape = serializers.CharField()
    media_type = MEDIA_TYPE
    problems = (409, 410)

    def retrieve(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """Fetch the file of a bulk read."""
        parameters.check_parameters(request, ())
        job = self.visible(self.actor).get(pk=pk)
        self.check_scope("read", scope_of(job.parameters["type"]))
        with transaction.atomic():
            require_agreement(self.actor)
        if not job.is_over:
            raise Problem(
                409,
                "not_ready",
                _("The file is not ready yet. Try again later."),
                headers={"Retry-After": "10"},
            )
        file = JobFile.objects.visible_to(self.actor).made().filter(job=job).first()
        if file is None:
            raise Problem(410, "gone", _("This bulk read has no file, or the file has expired."))
        kept = fetch_file(actor=self.actor, job_id=job.pk, file_id=file.pk)
        return StreamingHttpResponse(
            parts_of(kept.pk),
            content_type=kept.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{kept.name}"',
                "Content-Length": str(kept.size),
            },
        )
