"""Derived data (summaries, search text, duplicate clues, histories): compare with its source, and correct it.

`manage.py recount` does this on request. A background task does it once after an upgrade.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.next_meetings import MEET_BY
from jobs.models import Job, JobStatus
from jobs.services.jobs import queue_job
from jobs.services.kinds import JobResult, Kind, Work
from meetings.services.folding import FOLDS, RULES, refold, wrongly_folded
from meetings.services.last_met import LAST_MET_AT, refresh_last_met
from meetings.services.periods import HISTORIES, complete_histories, histories_behind

KIND: Final = "recount"
BATCH: Final = 1000
AGAIN_AFTER: Final = timedelta(hours=1)  # after a failure

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Differences:
    """Rows whose derived data is wrong."""

    summaries: dict[str, list[tuple[UUID, Any, Any]]]  # column → (organisation, stored value, right value)
    folds: dict[type[Model], list[UUID]]
    histories: dict[type[Model], list[UUID]]  # read by figures

    def __len__(self) -> int:
        kinds = (self.summaries, self.folds, self.histories)
        return sum(len(rows) for kind in kinds for rows in kind.values())


def find_differences() -> Differences:
    """Compare all rows with their source. Memory grows only with the number of differences."""
    return Differences(
        summaries={
            "last_met_at": _wrong_values("last_met_at", LAST_MET_AT),
            "meet_by": _wrong_values("meet_by", MEET_BY),
        },
        folds={model: ids for model in FOLDS if (ids := list(wrongly_folded(model)))},
        histories={model: ids for model in HISTORIES if (ids := list(histories_behind(model)))},
    )


def correct(
    differences: Differences, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> None:
    """Correct the differences in batches that each commit. Safe to stop and to run again."""
    done = 0
    organisations = sorted({row[0] for rows in differences.summaries.values() for row in rows})
    for start in range(0, len(organisations), BATCH):
        with transaction.atomic():
            refresh_last_met(SYSTEM, organisations[start : start + BATCH])
        done += len(organisations[start : start + BATCH])
        progress(done, len(differences))
    steps: list[tuple[Callable[..., None], Mapping[Any, list[UUID]]]] = [
        (refold, differences.folds),
        (complete_histories, differences.histories),
    ]
    for repair, rows in steps:
        for model, ids in rows.items():
            for start in range(0, len(ids), BATCH):
                with transaction.atomic():
                    repair(model, ids[start : start + BATCH])
                done += len(ids[start : start + BATCH])
                progress(done, len(differences))


def recount_after_upgrade() -> bool:
    """Start the background task unless the current rules have been applied. Return whether it was started."""
    parameters = {"rules": RULES, "search_facts": settings.SEARCH_FACTS}
    failed_before = Q(status__in=[JobStatus.FAILED, JobStatus.CANCELLED])
    failed_before &= Q(created_at__lt=timezone.now() - AGAIN_AFTER)
    last_job = Job.objects.filter(kind=KIND).exclude(failed_before).order_by("-created_at").first()
    if last_job and last_job.parameters == parameters:
        return False
    queue_job(actor=SYSTEM, kind=KIND, parameters=parameters)
    return True


def run(work: Work) -> JobResult:
    differences = find_differences()
    correct(differences, work.progress)
    return JobResult({"corrected": len(differences)})


def _wrong_values(column: str, right: Any) -> list[tuple[UUID, Any, Any]]:
    """Organisations with a wrong `column`: ID, stored value and right value."""
    rows = Organisation.objects.annotate(expected=right)
    same = Q(**{column: F("expected")}) | Q(**{f"{column}__isnull": True, "expected__isnull": True})
    wrong = rows.exclude(pk__in=rows.filter(same).values("pk"))
    return list(wrong.order_by("pk").values_list("pk", column, "expected"))


JOB: Final = Kind(KIND, run, title=_("Renew search"), may=lambda actor: actor.kind == "system")
