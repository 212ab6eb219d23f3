"""Bulk reads: all rows of a type that a key may see, as an NDJSON file made by a background job.

A bulk read needs an agreement of a privacy officer (api.services.bulk_agreements). Its rows are those of the
lists, and count for the agreement instead of the key's daily limit of contacts.
"""

from typing import Any, Final, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from api.http.problems import Problem
from api.models import ApiKey, BulkAgreement
from api.queries.actors import actor_for_key
from api.queries.changes import MODELS
from api.rows.bulk_reads import SPECS as SPECS
from api.rules import to_json
from api.services.bulk_agreements import use_agreement
from audit.rules import recipient_of
from exchange.exports.leaving import LeavingRows
from jobs.models import Job
from jobs.services import kinds
from jobs.services.files import spool
from jobs.services.jobs import queue_job
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Output, Work
from lib.days import city_today

KIND: Final = "bulk_read"
MEDIA_TYPE: Final = "application/x-ndjson"
BATCH: Final = 1_000


@transaction.atomic
def start_bulk_read(*, actor: Actor, type: str) -> Job:
    """Queue a bulk read of a type that the caller has checked the key's scope for.

    Raises Problem: 403 without an agreement that leaves enough rows, 409 while another bulk read is running.
    """
    agreement = require_agreement(actor)
    if Job.objects.visible_to(actor).under_way().filter(kind=KIND).exists():
        raise Problem(
            409,
            "bulk_read_running",
            _("Another bulk read of this key is still running."),
            headers={"Retry-After": "10"},
        )
    rows = MODELS[type].objects.visible_to(actor).count()
    if rows > agreement.rows_left:
        raise Problem(403, "bulk_quota", _too_many(agreement.rows_left), remaining=agreement.rows_left)
    parameters = {"type": type, "agreement": str(agreement.pk), "purpose": agreement.reason}
    return queue_job(actor=actor, kind=KIND, parameters=parameters, total=rows)


def require_agreement(actor: Actor) -> BulkAgreement:
    """Lock and return the key's agreement in force. Raises Problem 403 if there is none."""
    agreement: BulkAgreement | None = _open_agreements(actor).select_for_update(of=("self",)).first()
    if agreement is None:
        raise Problem(
            403,
            "no_bulk_agreement",
            _("No privacy officer has agreed to bulk reads with this key, or the agreement has ended."),
        )
    return agreement


def run(work: Work) -> JobResult:
    """Write the rows in the order of their ID, as walking a list does, and record which they are."""
    type_, agreement_id = str(work.parameters["type"]), UUID(work.parameters["agreement"])
    spec, visible = SPECS[type_], MODELS[type_].objects.visible_to(work.actor).order_by("pk")
    left, out = LeavingRows(), spool()
    try:
        rows = spec.read(visible[:BATCH], work.actor)
        while rows:
            for row in rows:
                out.write(to_json(row) + b"\n")
                left.add(row["id"], row.district_ids)
            work.progress(left.rows)
            rows = spec.read(visible.filter(pk__gt=rows[-1]["id"])[:BATCH], work.actor)
    except BaseException:
        out.close()
        raise

    def tell(files: Any) -> None:
        kept = cast(KeptFile, files[0])
        if not use_agreement(agreement_id, left.rows):
            raise JobRefused(_("The agreement has ended, or allows fewer rows than there are."))
        left.disclose(
            work.actor,
            spec.object_type,
            field_names=spec.names,
            purpose=str(work.parameters["purpose"]),
            recipient=recipient_of(work.actor.name, f"file sha256:{kept.digest}"),
        )

    name = f"{type_}-{city_today():%Y-%m-%d}.ndjson"
    return JobResult({"rows": left.rows}, [Output(name, MEDIA_TYPE, out)], tell)


def _open_agreements(actor: Actor) -> Any:
    """The agreement in force of the key that calls. Only keys have agreements."""
    found = BulkAgreement.objects.visible_to(actor).in_force(timezone.now())
    return found.filter(key=actor.id) if actor.kind == "key" else found.none()


def _find_key(key_id: UUID) -> Actor | None:
    key = ApiKey.objects.working(timezone.now()).filter(pk=key_id).first()
    return actor_for_key(key) if key else None


def _too_many(left: int) -> str:
    text = ngettext(
        "The agreement to bulk reads leaves %(n)d more row. There are more rows than that.",
        "The agreement to bulk reads leaves %(n)d more rows. There are more rows than that.",
        left,
    )
    return text % {"n": left}


JOB: Final = kinds.Kind(
    KIND,
    run,
    title=gettext_lazy("Bulk read"),
    may=lambda actor: _open_agreements(actor).exists(),
    find_starter=_find_key,
    lane=kinds.Lane.TOOLS,
)
