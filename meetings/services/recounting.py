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
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import SYSTEM
from contacts.models import Organisation, OrganisationPeriod
from contacts.services.old_addresses import rewrite_addresses, with_old_addresses
from contacts.services.periods import complete_kinds
from contacts.services.private_channels import hide_address, with_open_address
from contacts.services.summaries import MEET_BY
from jobs.kinds import JobResult, Kind, Work
from jobs.models import Job, JobStatus
from jobs.services import queue_job
from meetings.services.folding import FOLDS, RULES, refold, wrongly_folded
from meetings.services.periods import DATED, bring_up_to_now, histories_behind
from meetings.services.summaries import LAST_MET_AT, refresh_last_met

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
    kinds: dict[type[OrganisationPeriod], list[UUID]]  # without the kind of then
    addresses: dict[type[Model], list[UUID]]  # with a domain not in punycode
    open_addresses: dict[type[Model], list[UUID]]  # of shelters

    def __len__(self) -> int:
        texts = (self.addresses, self.open_addresses)
        kinds = (self.summaries, self.folds, self.histories, self.kinds, *texts)
        return sum(len(rows) for kind in kinds for rows in kind.values())


def find_differences() -> Differences:
    """Compare all rows with their source, in a constant amount of memory per difference."""
    without_kind = OrganisationPeriod.objects.filter(kind=None).order_by("pk")
    return Differences(
        summaries={"last_met_at": _wrong("last_met_at", LAST_MET_AT), "meet_by": _wrong("meet_by", MEET_BY)},
        folds={model: ids for model in FOLDS if (ids := list(wrongly_folded(model)))},
        histories={model: ids for model in DATED if (ids := list(histories_behind(model)))},
        kinds={OrganisationPeriod: list(without_kind.values_list("pk", flat=True))},
        addresses=with_old_addresses(),
        open_addresses={Organisation: with_open_address()},
    )


def correct(
    found: Differences, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> list[UUID]:
    """Correct what was found, in batches that each commit. It can be stopped and started again.

    Returns the rows whose address a person must correct first.
    """
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
        (complete_kinds, found.kinds),
    ]
    for right, rows in steps:
        for model, ids in rows.items():
            for start in range(0, len(ids), BATCH):
                with transaction.atomic():
                    right(model, ids[start : start + BATCH])
                done += len(ids[start : start + BATCH])
                progress(done, len(found))
    for pk in found.open_addresses[Organisation]:
        hide_address(pk)
        done += 1
        progress(done, len(found))
    left = []
    for owner, ids in found.addresses.items():
        for pk in ids:
            if not _rewritten(owner, pk):
                left.append(pk)
            done += 1
            progress(done, len(found))
    return left


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
    left = correct(found, work.progress)
    if left:
        log.warning("addresses_to_correct_by_hand", ids=[str(pk) for pk in left])
    return JobResult({"corrected": len(found) - len(left), "left": len(left)})


def _wrong(column: str, right: Any) -> list[tuple[UUID, Any, Any]]:
    """Organisations whose `column` is not what it should be, with both values."""
    rows = Organisation.objects.annotate(expected=right)
    same = Q(**{column: F("expected")}) | Q(**{f"{column}__isnull": True, "expected__isnull": True})
    wrong = rows.exclude(pk__in=rows.filter(same).values("pk"))
    return list(wrong.order_by("pk").values_list("pk", column, "expected"))


def _rewritten(owner: type[Model], pk: UUID) -> bool:
    try:
        rewrite_addresses(owner, pk)
    except ValidationError:
        return False
    return True


JOB: Final = Kind(KIND, run, title=_("Renew search"), may=lambda actor: actor.kind == "system")
