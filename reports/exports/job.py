"""Background task that writes a file of figures and records it in the activity log."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.rules import recipient_of
from disclosure.services.disclosing import disclose
from exchange.policies import can_export
from jobs.services import kinds
from jobs.services.files import spool
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Output, Work
from lib.error_texts import texts
from reports.exports.document import build_document
from reports.exports.files import TYPES, write
from reports.exports.request import KIND, FigureRequest

STEPS: Final = 2  # counting the figures, and writing the file


def export_report(work: Work) -> JobResult:
    """Count the requested figures and write them to a file.

    Raises JobRefused if the request is invalid, or if the actor lost access to the district's figures.
    """
    request, purpose = FigureRequest.from_parameters(work.parameters), str(work.parameters["purpose"])
    extension = work.parameters["format"]
    work.progress(0, STEPS)
    try:
        district_ids = [district.pk for district in request.question(work.actor).districts]
        document = build_document(request, work.actor, purpose, work.parameters.get("recipient", ""))
    except ValidationError as error:
        raise JobRefused(" ".join(texts(error))) from error
    except PermissionDenied as error:
        raise JobRefused(_("You no longer have access to this district’s figures.")) from error
    work.progress(1)
    spooled_file = spool()
    write(document, extension, spooled_file)
    work.progress(2)
    period_text = f"{request.period.since:%Y-%m-%d}-{request.period.last_day:%Y-%m-%d}"
    file_name = "-".join(
        part for part in (request.slug, slugify(request.district), period_text, "confidential") if part
    )

    def record_export(files: Sequence[KeptFile]) -> None:
        disclose(
            work.actor,
            "report",
            action=Action.EXPORT,
            reason=purpose,
            district_ids=district_ids,
            field_names=[request.slug, f"by {request.by}"],
            recipient=recipient_of(
                work.parameters.get("recipient", ""), f"file sha256:{files[0].digest} days:{period_text}"
            ),
        )

    return JobResult(
        {"files": 1}, [Output(f"{file_name}.{extension}", TYPES[extension], spooled_file)], record_export
    )


JOB: Final = kinds.Kind(KIND, export_report, title=gettext_lazy("Figures export"), may=can_export)
