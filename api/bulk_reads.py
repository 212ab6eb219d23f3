"""`/bulk-reads/`: all rows of a type that a key may see, as an NDJSON file made by a background job.

A bulk read needs an agreement of a privacy officer (api.services.bulk_agreements). A row has the same fields
as in the list of its type. Rows count against the agreement, not against the key's daily limit of contacts.
"""

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import OuterRef
from django.db.models.fields.json import KT
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actors import Actor
from api.concerns import CONCERN
from api.contacts import CONTACT
from api.follow_ups import FOLLOW_UP
from api.http import parameters
from api.http.idempotency import StoredResult, once, storable_result
from api.http.problems import Problem
from api.http.renderers import JSONRenderer
from api.incidents import INCIDENT
from api.meetings import MEETING
from api.models import ApiKey, BulkAgreement
from api.organisations import ORGANISATION
from api.plans import PLAN
from api.queries.actors import actor_for_key
from api.queries.changes import MODELS, scope_of
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.resources.columns import column, columns, fields_of
from api.resources.descriptions import MOMENT, described, field
from api.resources.specs import Column, RowSpec, children
from api.resources.writing import Writing
from api.rules import to_json
from api.services.bulk_agreements import use_agreement
from audit.rules import recipient_of
from exchange.exports.leaving import LeavingRows
from jobs.models import Job, JobFile
from jobs.services import kinds
from jobs.services.files import parts_of, spool
from jobs.services.jobs import fetch_file, queue_job
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Output, Work
from lib.days import city_today

#: Types that can be read in bulk, with their fields. Public pages show the rows of the other types anyway.
SPECS: Final[Mapping[str, RowSpec]] = {
    "organisations": ORGANISATION,
    "contacts": CONTACT,
    "meetings": MEETING,
    "follow-ups": FOLLOW_UP,
    "concerns": CONCERN,
    "incidents": INCIDENT,
    "plans": PLAN,
}


@fields_of(
    JobFile,
    field("size", "The size in bytes.", 120000),
    field(
        "digest",
        "SHA-256 of the file, in hexadecimal.",
        "9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
    ),
    field("expires_at", "The file can be fetched until this moment.", MOMENT),
)
class BulkFileShape(serializers.Serializer[Any]):
    """The file of a bulk read. Its URL is the URL of the bulk read followed by `file/`."""


def _downloadable_files(_actor: Actor) -> Any:
    job_files = JobFile.objects.downloadable().filter(job=OuterRef("pk")).order_by("pk")
    return children(job_files, size="size", digest="digest", expires_at="expires_at")


BULK_READ = RowSpec(
    "job",
    columns(
        Job,
        "id",
        Column(
            "type",
            described(
                serializers.ChoiceField(tuple(SPECS)),
                "The type of the rows, as in the URL of their list.",
                "contacts",
            ),
            KT("parameters__type"),
        ),
        field("status", "`waiting`, `running`, `done`, `failed` or `cancelled`.", "done"),
        column(Job, "done", help_text=gettext_lazy("Number of rows written so far."), example=151),
        column(Job, "total", help_text=gettext_lazy("Number of rows at the start."), example=151),
        field("message", "Why it failed.", ""),
        Column(
            "files",
            described(BulkFileShape(many=True), "The file, while it can be fetched."),
            _downloadable_files,
        ),
        "created_at",
        field("finished_at", "When it ended.", MOMENT),
    ),
    title="BulkRead",
)


class BulkReadInput(serializers.Serializer[Any]):
    type = serializers.ChoiceField(tuple(SPECS))


KIND: Final = "bulk_read"
MEDIA_TYPE: Final = "application/x-ndjson"
BATCH: Final = 1_000


@transaction.atomic
def start_bulk_read(*, actor: Actor, type: str) -> Job:
    """Queue a bulk read of `type`. The caller has checked that the key's scopes include this type.

    Raises Problem 403 if no agreement allows that many rows, and 409 if another bulk read is running.
    """
    agreement = require_agreement(actor)
    if Job.objects.visible_to(actor).under_way().filter(kind=KIND).exists():
        raise Problem(
            409,
            "bulk_read_running",
            _("Another bulk read of this key is still running."),
            headers={"Retry-After": "10"},
        )
    row_count = MODELS[type].objects.visible_to(actor).count()
    if row_count > agreement.rows_left:
        raise Problem(403, "bulk_quota", _quota_message(agreement.rows_left), remaining=agreement.rows_left)
    parameters = {"type": type, "agreement": str(agreement.pk), "purpose": agreement.reason}
    return queue_job(actor=actor, kind=KIND, parameters=parameters, total=row_count)


def require_agreement(actor: Actor) -> BulkAgreement:
    """Lock and return the key's agreement in force. Raises Problem 403 if there is none."""
    agreement: BulkAgreement | None = _agreements_in_force(actor).select_for_update(of=("self",)).first()
    if agreement is None:
        raise Problem(
            403,
            "no_bulk_agreement",
            _("No privacy officer has agreed to bulk reads with this key, or the agreement has ended."),
        )
    return agreement


def run(work: Work) -> JobResult:
    """Write the rows ordered by ID. The access is recorded when the finished file is stored."""
    type_, agreement_id = str(work.parameters["type"]), UUID(work.parameters["agreement"])
    spec, visible_rows = SPECS[type_], MODELS[type_].objects.visible_to(work.actor).order_by("pk")
    leaving_rows, spooled_file = LeavingRows(), spool()
    try:
        batch = spec.read(visible_rows[:BATCH], work.actor)
        while batch:
            for row in batch:
                spooled_file.write(to_json(row) + b"\n")
                leaving_rows.add(row["id"], row.district_ids)
            work.progress(leaving_rows.rows)
            batch = spec.read(visible_rows.filter(pk__gt=batch[-1]["id"])[:BATCH], work.actor)
    except BaseException:
        spooled_file.close()
        raise

    def record_access(files: Any) -> None:
        kept_file = cast(KeptFile, files[0])
        if not use_agreement(agreement_id, leaving_rows.rows):
            raise JobRefused(_("The agreement has ended, or allows fewer rows than there are."))
        leaving_rows.disclose(
            work.actor,
            spec.object_type,
            field_names=spec.names,
            purpose=str(work.parameters["purpose"]),
            recipient=recipient_of(work.actor.name, f"file sha256:{kept_file.digest}"),
        )

    file_name = f"{type_}-{city_today():%Y-%m-%d}.ndjson"
    return JobResult(
        {"rows": leaving_rows.rows}, [Output(file_name, MEDIA_TYPE, spooled_file)], record_access
    )


def _agreements_in_force(actor: Actor) -> Any:
    """Return the calling key's agreement in force as a query set. It is empty for users."""
    agreements = BulkAgreement.objects.visible_to(actor).in_force(timezone.now())
    return agreements.filter(key=actor.id) if actor.kind == "key" else agreements.none()


def _find_actor(key_id: UUID) -> Actor | None:
    key = ApiKey.objects.working(timezone.now()).filter(pk=key_id).first()
    return actor_for_key(key) if key else None


def _quota_message(rows_left: int) -> str:
    text = ngettext(
        "The agreement to bulk reads leaves %(n)d more row. There are more rows than that.",
        "The agreement to bulk reads leaves %(n)d more rows. There are more rows than that.",
        rows_left,
    )
    return text % {"n": rows_left}


JOB: Final = kinds.Kind(
    KIND,
    run,
    title=gettext_lazy("Bulk read"),
    may=lambda actor: _agreements_in_force(actor).exists(),
    find_starter=_find_actor,
    lane=kinds.Lane.TOOLS,
)


class NdjsonRenderer(JSONRenderer):
    """Renderer that lets a client send `Accept: application/x-ndjson`."""

    media_type = MEDIA_TYPE
    format = "ndjson"


class KeyBulkReads(Resource):
    """A key's own bulk reads. The required scope is that of the rows: `<type>:read`."""

    spec = BULK_READ
    silent = True  # access to the rows is recorded when the file is stored

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        return Job.objects.visible_to(actor).filter(kind=KIND)

    def check_scope(self, verb: str, noun: str = "") -> None:
        if self.actor.kind != "key":
            raise PermissionDenied
        super().check_scope("read", noun)


class BulkReads(KeyBulkReads, ListMixin, RetrieveMixin, Writing):
    orderings = ("created_at",)
    input = BulkReadInput
    url_name = "api-bulk-read"

    def create(self, request: Request) -> HttpResponse:
        """Start a bulk read."""
        parameters.check_parameters(request, ())
        data = request.data

        def start() -> tuple[HttpResponse, StoredResult]:
            values = self.read_body(data, partial=False)
            self.check_scope("read", scope_of(values["type"]))
            with transaction.atomic():
                job = start_bulk_read(actor=self.actor, **values)
                return self.answer(job.pk, 201), storable_result({"id": str(job.pk), "version": 1})

        return once(request, to_json(data), start, self.replay_response)


class BulkReadFile(KeyBulkReads):
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
        job_file = JobFile.objects.visible_to(self.actor).downloadable().filter(job=job).first()
        if job_file is None:
            raise Problem(410, "gone", _("This bulk read has no file, or the file has expired."))
        fetched_file = fetch_file(actor=self.actor, job_id=job.pk, file_id=job_file.pk)
        return StreamingHttpResponse(
            parts_of(fetched_file.pk),
            content_type=fetched_file.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{fetched_file.name}"',
                "Content-Length": str(fetched_file.size),
            },
        )
