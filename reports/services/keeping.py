"""Keep figures when they become final, and states on the night after the last day.

A district and period are kept in one transaction: all of it or nothing. Two workers keep it once.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from lib.acting import Acting
from reports.figures.kept_counts import KeptQuestion, by_source, count_groups, read_members
from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS
from reports.models import FigureChange, KeptFigure, KeptMembers, KeptPeriod, KeptRecord, Split, Why
from reports.queries.kept import OBJECT_TYPE, compress, purpose_of, text_of
from reports.queries.periods import Period
from reports.queries.questions import OWN, By, ByEach
from reports.queries.statuses import final_on
from reports.rules.kept import Count, digest_of_members, ended_periods, is_counted_later, pack

NIGHT_REPORTS: Final = [report for report in REPORTS.values() if report.is_kept_at_night]
FINAL_REPORTS: Final = [report for report in REPORTS.values() if not report.is_kept_at_night]
STATES: Final = [report for report in FINAL_REPORTS if report.is_state]
_AT_ONCE: Final = 25  # districts whose members are in memory
_SALT: Final = 32

# Counts of a district by indicator, split and key.
Place = tuple[str, Split, str]
Counts = dict[Place, Count]


@dataclass(slots=True)
class Keeping:
    """Figures to keep of a district and period, with the reason of each indicator."""

    district: District
    reasons: dict[str, Why]
    is_final: bool
    counts: Counts = field(default_factory=dict)
    known_then: Counts = field(default_factory=dict)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether anything was counted, or the figures are of a time in which the district was at work."""
        counted_later = set(self.reasons.values()) <= {Why.COUNTED}
        return not counted_later or any(not count.is_empty for count in self.counts.values())


def keep_due(today: date, *, with_old: bool = False) -> int:
    """Keep the figures that are due, and return the number of districts and periods.

    `with_old` also keeps figures that were final long before anyone kept them.
    """
    return sum(keep_period(Period(*days), today, with_old=with_old) for days in ended_periods(today))


def keep_period(period: Period, today: date, *, with_old: bool = False) -> int:
    """Keep the figures of a period that are due in all districts, and return the number of districts."""
    is_old = is_counted_later(final_on(period), today)
    if is_old and not with_old:
        return 0
    started_at = timezone.now()
    districts = list(District.objects.in_use(period.since, period.until).in_order())
    kept_period = {
        row.district_id: row for row in KeptPeriod.objects.in_periods([row.pk for row in districts], [period])
    }
    keepings = [
        keeping
        for district in districts
        for keeping in [_keeping(district, kept_period.get(district.pk), period, today)]
        if keeping.reasons
    ]
    if not keepings:
        return 0
    _count(keepings, period, [district.pk for district in districts])
    keepings = [keeping for keeping in keepings if keeping.is_worth_keeping]
    every = [district.pk for district in districts]
    return sum(
        _keep_together(keepings[start : start + _AT_ONCE], period, every, started_at)
        for start in range(0, len(keepings), _AT_ONCE)
    )


def _keeping(district: District, kept_period: KeptPeriod | None, period: Period, today: date) -> Keeping:
    """Return what is due of a district, and why."""
    is_final = final_on(period) <= today
    reasons: dict[str, Why] = {}
    if kept_period is None:
        late = is_counted_later(period.until, today)
        reasons |= dict.fromkeys(_slugs(NIGHT_REPORTS), Why.COUNTED if late else Why.FINAL)
    if is_final and (kept_period is None or kept_period.final_at is None):
        late = is_counted_later(final_on(period), today)
        reasons |= dict.fromkeys(_slugs(FINAL_REPORTS), Why.COUNTED if late else Why.FINAL)
    return Keeping(district, reasons, is_final)


def _slugs(reports: Iterable[Report]) -> list[str]:
    return [report.slug for report in reports]


def _count(keepings: Sequence[Keeping], period: Period, every: Collection[UUID]) -> None:
    """Count the figures of each district. Districts with the same reports share a statement."""
    by_slugs: dict[frozenset[str], list[Keeping]] = {}
    for keeping in keepings:
        by_slugs.setdefault(frozenset(keeping.reasons), []).append(keeping)
    for slugs, same in by_slugs.items():
        reports = [REPORTS[slug] for slug in REPORTS if slug in slugs]
        counts = counts_of(reports, [keeping.district for keeping in same], period, every)
        known_then = {}
        if not same[0].is_final:
            known_then = counts_of(STATES, [keeping.district for keeping in same], period, every, totals=True)
        for keeping in same:
            keeping.counts = counts[keeping.district.pk]
            keeping.known_then = known_then.get(keeping.district.pk, {})


def counts_of(
    reports: Sequence[Report],
    districts: Sequence[District],
    period: Period,
    every: Collection[UUID],
    *,
    totals: bool = False,
) -> dict[UUID, Counts]:
    """Return the counts of each district: totals, its own area, and by kind and community."""
    question = KeptQuestion((period,), tuple(districts), every=tuple(every))
    own_question = KeptQuestion((period,), tuple(districts), every=tuple(every), is_own=True)
    counts: dict[UUID, Counts] = {district.pk: {} for district in districts}
    by_code = {district.code: district.pk for district in districts}
    for (slug, code), count in count_groups(reports, question, By.DISTRICT).items():
        counts[by_code[code]][slug, Split.TOTAL, ""] = count
    if totals:
        return counts
    for (slug, code), count in count_groups(reports, own_question, By.DISTRICT).items():
        counts[by_code[code.removeprefix(OWN)]][slug, Split.OWN, ""] = count
    for grouping, split in ((ByEach.KIND, Split.KIND), (ByEach.FOCUS, Split.FOCUS)):
        for (slug, group), count in count_groups(reports, question, grouping).items():
            code, _separator, key = (group or "").partition(" ")
            if key and not count.is_empty:
                counts[by_code[code]][slug, split, key] = count
    return counts


def _keep_together(
    keepings: Sequence[Keeping], period: Period, every: Collection[UUID], started_at: datetime
) -> int:
    """Keep districts one after another. The members of all are read before."""
    members: dict[UUID, list[KeptMembers]] = {keeping.district.pk: [] for keeping in keepings}
    for slugs in {frozenset(keeping.reasons) for keeping in keepings}:
        same = [keeping for keeping in keepings if frozenset(keeping.reasons) == slugs]
        own_question = KeptQuestion(
            (period,), tuple(keeping.district for keeping in same), every=tuple(every), is_own=True
        )
        for source, reports in by_source([REPORTS[slug] for slug in REPORTS if slug in slugs]).items():
            records = read_members(reports, own_question)
            for keeping in same:
                ids, marks = pack(records.get(keeping.district.code, {}))
                row = KeptMembers(noun=source.noun, indicators=_slugs(reports), ids=ids, marks=marks)
                members[keeping.district.pk].append(row)
    return sum(_keep(keeping, period, members[keeping.district.pk], started_at) for keeping in keepings)


@transaction.atomic
def _keep(keeping: Keeping, period: Period, members: Sequence[KeptMembers], started_at: datetime) -> bool:
    """Insert the figures of a district. Return False if another worker kept them since they were counted."""
    is_new = any(report.slug in keeping.reasons for report in NIGHT_REPORTS)
    if is_new:
        fresh = KeptPeriod(
            district=keeping.district,
            since=period.since,
            until=period.until,
            checked_at=started_at,
            salt=secrets.token_bytes(_SALT),
        )
        KeptPeriod.objects.bulk_create([fresh], ignore_conflicts=True)
    kept_period = KeptPeriod.objects.select_for_update(no_key=True).get(
        district=keeping.district, since=period.since, until=period.until
    )
    if kept_period.final_at is not None or (is_new and kept_period.pk != fresh.pk):
        return False
    moment = timezone.now()
    if keeping.is_final:
        kept_period.final_at = moment
    kept_period.checked_at = max(kept_period.checked_at, started_at)
    kept_period.save(update_fields=["final_at", "checked_at"])
    figures = [
        new_figure(kept_period, place, count, 1, keeping.reasons[place[0]], moment)
        for place, count in keeping.counts.items()
        if place[1] == Split.TOTAL or not count.is_empty
    ]
    figures += [
        new_figure(kept_period, place, count, 0, Why.KNOWN_THEN, moment)
        for place, count in keeping.known_then.items()
    ]
    for row in members:
        row.kept_period, row.kept_at = kept_period, moment
    insert_and_seal(kept_period, moment, figures, [row for row in members if row.ids], {})
    return True


def new_figure(
    kept_period: KeptPeriod, place: Place, count: Count, vintage: int, reason: Why, moment: datetime
) -> KeptFigure:
    """Return an unsaved row of a figure."""
    slug, split, key = place
    return KeptFigure(
        kept_period=kept_period,
        kept_at=moment,
        indicator=slug,
        split=split,
        key=key,
        vintage=vintage,
        definition=REPORTS[slug].version,
        reason=reason,
        n=float(count.n),
        total=float(count.total),
        columns=dict(count.columns),
        digest=digest_of(kept_period, place, count),
    )


def digest_of(kept_period: KeptPeriod, place: Place, count: Count) -> bytes:
    """Return the digest of a figure's members. Without the salt, nothing can be compared."""
    return digest_of_members(bytes(kept_period.salt or b""), place, count.marks)


def insert_and_seal(
    kept_period: KeptPeriod,
    moment: datetime,
    figures: Sequence[KeptFigure],
    members: Sequence[KeptMembers],
    changes: Mapping[int, FigureChange],
    *,
    actor: Acting = SYSTEM,
    purpose: str = "",
) -> None:
    """Insert the rows of a keeping and their record, whose digest is in an event. The change feed names it.

    `changes` are by the position of their figure in `figures`.
    """
    KeptFigure.objects.bulk_create(figures, batch_size=1000)
    KeptMembers.objects.bulk_create(members)
    for position, change in changes.items():
        change.figure = figures[position]
    FigureChange.objects.bulk_create(changes.values())
    text = text_of(kept_period, moment, figures, members, changes.values())
    KeptRecord.objects.create(kept_period=kept_period, kept_at=moment, content=compress(text))
    versions = KeptFigure.objects.filter(kept_period=kept_period, split=Split.TOTAL)
    version = versions.aggregate(number=models.Count("kept_at", distinct=True))["number"]
    changed = Changed(
        OBJECT_TYPE,
        kept_period.pk,
        Op.CREATED if version == 1 else Op.UPDATED,
        version,
        [kept_period.district_id],
        field_names={figure.indicator for figure in figures},
    )
    action = Action.UPDATE if any(figure.is_revised for figure in figures) else Action.CREATE
    record_changes(actor, action, [changed], purpose=" ".join(filter(None, [purpose, purpose_of(text)])))
