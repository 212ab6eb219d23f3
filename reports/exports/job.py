"""The job that makes a file of figures, and what the trail says of it."""

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
from lib.told import texts
from reports.exports.document import build
from reports.exports.files import TYPES, write
from reports.exports.request import KIND, Asked

STEPS: Final = 2  # counting, and writing


def export_report(work: Work) -> JobResult:
    asked, purpose = Asked.of(work.parameters), str(work.parameters["purpose"])
    extension = work.parameters["format"]
    work.progress(0, STEPS)
    try:
        districts = [district.pk for district in asked.question(work.actor).districts]
        document = build(asked, work.actor, purpose, work.parameters.get("recipient", ""))
    except ValidationError as error:
        raise JobRefused(" ".join(texts(error))) from error
    except PermissionDenied as error:
        raise JobRefused(_("You no longer have access to this district’s figures.")) from error
    work.progress(1)
    out = spool()
    write(document, extension, out)
    work.progress(2)
    days = f"{asked.period.since:%Y-%m-%d}-{asked.period.last_day:%Y-%m-%d}"
    name = "-".join(part for part in (asked.slug, slugify(asked.district), days, "confidential") if part)

    def tell(files: Sequence[KeptFile]) -> None:
        disclose(
            work.actor,
            "report",
            action=Action.EXPORT,
            reason=purpose,
            district_ids=districts,
            field_names=[asked.slug, f"by {asked.by}"],
            recipient=recipient_of(
                work.parameters.get("recipient", ""), f"file sha256:{files[0].digest} days:{days}"
            ),
        )

    return JobResult({"files": 1}, [Output(f"{name}.{extension}", TYPES[extension], out)], tell)


JOB: Final = kinds.Kind(KIND, export_report, title=gettext_lazy("Figures export"), may=can_export)
