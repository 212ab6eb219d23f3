"""Reminder subject: final figures of a district that were revised so far that a reader should know."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from lib.acting import Acting
from meetings.queries.stand_ins import recipient_of
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import Occurrence, each_channel, nine_oclock
from reports.indicators.catalogue import REPORTS
from reports.models import KeptFigure, KeptPeriod, Split
from reports.queries.periods import Period
from reports.rules.kept import moves_share

FIGURES_REVISED: Final = "figures_revised"
NAMED: Final = 6
_RECENT: Final = timedelta(days=2)
_DAY: Final = timedelta(days=1)


class RevisedFigures(Subject[KeptPeriod]):
    """A kept period with a revision that moved a share. An email names districts and figures, no record."""

    code = "kept"
    known_rules = (Rule(FIGURES_REVISED, gettext_lazy("final figures that were revised"), daily=True),)

    def occurrences(self, ids: Collection[UUID], moment: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        for kept_id, figures in _moved(ids, moment - _RECENT).items():
            kept_period = figures[0].kept_period
            readers = (
                User.objects.active().with_role(Role.SUPERVISOR).covering(kept_period.district).in_order()
            )
            for recipient in map(recipient_of, readers):
                for day in sorted({figure.kept_at.astimezone(recipient.zone).date() for figure in figures}):
                    at = nine_oclock(day, recipient.zone)
                    if any(figure.kept_at > at for figure in figures):
                        at = nine_oclock(day + _DAY, recipient.zone)
                    for occurrence in each_channel(FIGURES_REVISED, recipient, at, now=moment):
                        yield kept_id, occurrence

    def coming(self, moment: datetime) -> Iterable[UUID]:
        recent = KeptFigure.objects.revisions().filter(kept_at__gt=moment - _RECENT)
        return recent.order_by().values_list("kept_period", flat=True).distinct()

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, KeptPeriod]:
        """Kept periods with `moved`: the names of the figures that moved."""
        figures = KeptFigure.objects.visible_to(actor).filter(kept_period__in=ids)
        rows: dict[UUID, Any] = {}
        for figure in figures.revisions():
            row = rows.setdefault(figure.kept_period_id, figure.kept_period)
            titles = row.__dict__.setdefault("titles", [])
            if figure.indicator in REPORTS:
                titles.append(str(REPORTS[figure.indicator].title))
        return rows

    def words(self, rule: str, row: Any) -> tuple[str, Sequence[str]]:
        period = Period(row.since, row.until)
        lines = [
            _("%(district)s, %(period)s: %(figure)s")
            % {"district": row.district.name, "period": period, "figure": title}
            for title in dict.fromkeys(row.titles)
        ]
        return _("Final figures were revised"), lines[:NAMED]

    def path(self, row_id: UUID) -> str:
        return reverse("revisions")

    def record(self, row: KeptPeriod) -> Record:
        return Record("report", [], [row.district_id])


def _moved(ids: Collection[UUID], since: datetime) -> dict[UUID, list[KeptFigure]]:
    """Return the recent revisions of these periods that moved a share, by period."""
    moved: dict[UUID, list[KeptFigure]] = defaultdict(list)
    latest: dict[tuple[UUID, str], KeptFigure] = {}
    rows = KeptFigure.objects.filter(kept_period__in=ids, split=Split.TOTAL, vintage__gte=1)
    for figure in rows.select_related("kept_period__district").order_by(
        "kept_period", "indicator", "vintage"
    ):
        before = latest.get((figure.kept_period_id, figure.indicator))
        latest[figure.kept_period_id, figure.indicator] = figure
        if before is None or figure.kept_at <= since or figure.indicator not in REPORTS:
            continue
        is_share = REPORTS[figure.indicator].unit == "ratio"
        if is_share and moves_share((before.n, before.total), (figure.n, figure.total)):
            moved[figure.kept_period_id].append(figure)
    return moved


SUBJECTS: Final = (RevisedFigures(),)
