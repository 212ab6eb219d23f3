"""Background task that writes the file of a signed audit and records the export."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from audit.models import Action
from audit.rules import recipient_of
from disclosure.services.disclosing import disclose
from exchange.policies import can_export
from jobs.models import Job
from jobs.services import kinds
from jobs.services.files import spool
from jobs.services.jobs import queue_job
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Output, Work
from reports.exports.files import TYPES, write
from reviews.exports.document import document_of
from reviews.exports.signed import write_json
from reviews.models import Review
from reviews.policies import can_see_samples

KIND: Final = "export_audit"
JSON: Final = "json"


def ask_for_file(*, actor: Actor, review: Review, extension: str, purpose: str, recipient: str) -> Job:
    """Queue the job that writes a signed audit as JSON or PDF."""
    parameters = {"review": str(review.pk), "format": extension, "purpose": purpose, "recipient": recipient}
    title = _("Audit: %(name)s, %(period)s") % {"name": review.name, "period": review.period}
    return queue_job(actor=actor, kind=KIND, parameters=parameters | {"title": title})


def export_audit(work: Work) -> JobResult:
    """Write the file of a signed audit. Raises JobRefused if the actor can no longer read the audit."""
    parameters, actor = work.parameters, work.actor
    extension, purpose = parameters["format"], str(parameters["purpose"])
    recipient = parameters.get("recipient", "")
    rows = Review.objects.visible_to(actor).filter(signed_record__isnull=False).select_related("district")
    review = rows.filter(pk=UUID(parameters["review"])).first()
    if review is None or not can_see_samples(actor, review):
        raise JobRefused(_("You no longer have access to this audit."))
    out = spool()
    if extension == JSON:
        write_json(review, out)
    else:
        write(document_of(review, actor, purpose, recipient), extension, out)

    def record_export(files: Sequence[KeptFile]) -> None:
        disclose(
            actor,
            "review",
            [review],
            action=Action.EXPORT,
            reason=purpose,
            recipient=recipient_of(recipient, f"file sha256:{files[0].digest}"),
        )

    parts = ("audit", slugify(review.district_code), f"{review.since:%Y-%m-%d}")
    media_type = "application/json" if extension == JSON else TYPES[extension]
    return JobResult({"files": 1}, [Output(f"{'-'.join(parts)}.{extension}", media_type, out)], record_export)


JOB: Final = kinds.Kind(KIND, export_audit, title=gettext_lazy("Audit file"), may=can_export)
