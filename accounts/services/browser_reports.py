"""Count reports of blocked content. Reports need no sign-in, so they are limited and contain no names."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, NamedTuple

from django.db.models import F
from django.utils import timezone

from accounts.models import BrowserReport

MOST: Final = 200  # rows; further kinds of reports are counted together
KEPT: Final = timedelta(days=30)


class Blocked(NamedTuple):
    directive: str
    blocked: str
    page: str


OTHERS: Final = Blocked("", "", "")


def record_reports(reports: Iterable[Blocked]) -> None:
    """Count reports. No event is recorded, because the sender is unknown."""
    for report, times in Counter(reports).items():
        if _count(report, times):
            continue
        kind = report if BrowserReport.objects.count() < MOST else OTHERS
        BrowserReport.objects.bulk_create([BrowserReport(**kind._asdict())], ignore_conflicts=True)
        _count(kind, times)


def forget_reports() -> int:
    """Delete reports that no browser has repeated for 30 days, and return the number of rows."""
    return BrowserReport.objects.filter(last_at__lt=timezone.now() - KEPT).delete()[0]


def _count(report: Blocked, times: int) -> int:
    rows = BrowserReport.objects.filter(**report._asdict())
    return rows.update(count=F("count") + times, last_at=timezone.now())
