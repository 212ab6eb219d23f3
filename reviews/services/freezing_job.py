"""Background task that starts an audit, because the figures of a city take a while."""

from datetime import date
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from districts.models import District
from jobs.models import Job
from jobs.services import kinds
from jobs.services.jobs import queue_job
from jobs.services.kinds import JobRefused, JobResult, Work
from lib.error_texts import texts
from reports.queries.periods import Period
from reviews.policies import can_review
from reviews.services.freezing import check_request, freeze_review

KIND: Final = "freeze_review"


def ask_to_freeze(*, actor: Actor, district_id: UUID, period: Period, samples: int) -> Job:
    """Queue the audit as a background task. The audit gets the ID of the job. Raises as `check_request`."""
    check_request(actor, district_id, period, samples)
    parameters = {
        "district": str(district_id),
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "samples": samples,
    }
    return queue_job(actor=actor, kind=KIND, parameters=parameters)


def freeze(work: Work) -> JobResult:
    """Freeze the audit. A second run after a killed worker returns the same audit."""
    parameters = work.parameters
    try:
        review = freeze_review(
            actor=work.actor,
            district_id=UUID(parameters["district"]),
            period=Period(date.fromisoformat(parameters["since"]), date.fromisoformat(parameters["until"])),
            samples=parameters["samples"],
            id=work.job_id,
            progress=work.progress,
        )
    except ValidationError as error:
        raise JobRefused(" ".join(texts(error))) from error
    except IntegrityError as error:  # two first drafts at once would have two seeds (review_one_seed)
        raise JobRefused(_("Another audit of this period was started. Start your audit again.")) from error
    except (PermissionDenied, District.DoesNotExist) as error:
        raise JobRefused(_("You no longer supervise this district.")) from error
    return JobResult({"review": str(review.pk)})


JOB: Final = kinds.Kind(KIND, freeze, title=gettext_lazy("Audit: freezing the figures"), may=can_review)
