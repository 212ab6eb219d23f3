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
from meetings.services.periods import DATED, bring_up_to_now, histories_behind

KIND: Final = "recount"
BATCH: Final = 1000
AGAIN_AFTER: Final = timedelta(hours=1)  # after a failure

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Differences:
    """Rows whose derived data is wrong."""

    summaries: dict[str, list[tuple[UUID, Any, Any]]]  # column → (organisation, stored value, right value)
    folds: dict[type[Model], list[UUID]]
    histories: dict[type[Model], list[UUID]]  # that figures read

    def __len__(self) -> int:
        kinds = (self.summaries, self.folds, self.histories)
        return sum(len(rows) for kind in kinds for rows in kind.values())


def find_differences() -> Differences:
    """Compare all rows with their source, in a constant amount of memory per difference."""
    return Differences(
        summaries={"last_met_at": _wrong("last_met_at", LAST_MET_AT), "meet_by": _wrong("meet_by", MEET_BY)},
        folds={model: ids for model in FOLDS if (ids := list(wrongly_folded(model)))},
        histories={model: ids for model in DATED if (ids := list(histories_behind(model)))},
    )


def correct(found: Differences, progress: Callable[[int, int], None] = lambda _done, _total: None) -> None:
    """Correct what was found, in batches that each commit. It can be stopped and started again."""
    done = 0
    organisations = sorted({row[0] for rows in found.summaries.values() for row in rows})
    for start in range(0, len(organisations), BATCH):
        with transaction.atomic():
            refresh_last_met(SYSTEM, organisations[start : start + BATCH])
        done += len(organisations[start : start + BATCH])
        progress(done, len(found))
    steps: list[tuple[Callable[..., None], Mapping[Any, list[UUID]]]] = [
        (refold, found.folds),
        (bring_up_to_now, found.histories),
    ]
    for right, rows in steps:
        for model, ids in rows.items():
            for start in range(0, len(ids), BATCH):
                with transaction.atomic():
                    right(model, ids[start : start + BATCH])
                done += len(ids[start : start + BATCH])
                progress(done, len(found))


def recount_after_upgrade() -> bool:
    """Start the background task unless the present rules have been applied. Return whether it was started."""
    parameters = {"rules": RULES, "search_facts": settings.SEARCH_FACTS}
    failed_before = Q(status__in=[JobStatus.FAILED, JobStatus.CANCELLED])
    failed_before &= Q(created_at__lt=timezone.now() - AGAIN_AFTER)
    last = Job.objects.filter(kind=KIND).exclude(failed_before).order_by("-created_at").first()
    if last and last.parameters == parameters:
        return False
    queue_job(actor=SYSTEM, kind=KIND, parameters=parameters)
    return True


def run(work: Work) -> JobResult:
    found = find_differences()
    correct(found, work.progress)
    return JobResult({"corrected": len(found)})


def _wrong(column: str, right: Any) -> list[tuple[UUID, Any, Any]]:
    """Organisations whose `column` is not what it should be, with both values."""
    rows = Organisation.objects.annotate(expected=right)
    same = Q(**{column: F("expected")}) | Q(**{f"{column}__isnull": True, "expected__isnull": True})
    wrong = rows.exclude(pk__in=rows.filter(same).values("pk"))
    return list(wrong.order_by("pk").values_list("pk", column, "expected"))


JOB: Final = Kind(KIND, run, title=_("Renew search"), may=lambda actor: actor.kind == "system")
