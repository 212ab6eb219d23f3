"""Count kept figures again: each night those that a change can concern, once a week all of three years.

A figure that differs gets a new vintage. If nothing differs, nothing is written.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from audit.models import Change, Event, TrailPosition
from contacts.models import Organisation
from lib.acting import Acting
from lib.days import city_day
from lib.leases import FREE, Lease, claim
from reports.figures.kept_counts import KeptQuestion, members_of, read_members
from reports.figures.report import Report
from reports.models import FigureChange, KeptFigure, KeptMembers, KeptPeriod, RecountCursor, Split, Why
from reports.policies import can_correct_figures
from reports.queries.kept import OBJECT_TYPE
from reports.queries.marked import CHANGES, marked_districts
from reports.queries.periods import Period
from reports.rules.kept import NOTHING, Members, ended_periods, nothing_left, unpack, working_days_after
from reports.services.keeping import (
    FINAL_REPORTS,
    NIGHT_REPORTS,
    Counts,
    Place,
    counts_of,
    digest_of,
    insert_and_seal,
    keep_period,
    new_figure,
)
from reports.services.retention import end_members

EVERYTHING_AFTER: Final = timedelta(days=7)
CORRECTED_WITHIN: Final = 5  # working days
_LEASE: Final = timedelta(minutes=30)  # longer than the count of any period
_MOST_EVENTS: Final = 20


def keep_and_recount(today: date) -> bool:
    """Do the work of a night once a day, and return whether it was done.

    A run that was killed is done again when its lease is over. A clock that was put back makes no difference.
    """
    RecountCursor.objects.bulk_create([RecountCursor()], ignore_conflicts=True)
    due = RecountCursor.objects.filter(FREE).exclude(counted_on__gte=today)
    for lease in claim(due, _LEASE):
        return _run(lease, today)
    return False


def _run(lease: Lease[RecountCursor], today: date) -> bool:
    cursor = lease.row
    last_seq = TrailPosition.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    is_full = cursor.all_counted_on is None or today - cursor.all_counted_on >= EVERYTHING_AFTER
    marked = None if is_full else marked_districts(cursor.seq, last_seq)
    for days in ended_periods(today):
        if not lease.renew():
            return False
        keep_period(Period(*days), today, with_old=is_full)
        recount_period(Period(*days), marked)
    end_members(today)
    return lease.end(
        seq=last_seq, counted_on=today, all_counted_on=today if is_full else cursor.all_counted_on
    )


def recount_period(period: Period, district_ids: Collection[UUID] | None = None) -> int:
    """Count the final figures of these districts again, or of all. Return the number of revised districts.

    A district is a sum of the districts in it. So those above a revised district are counted again, too.
    """
    final = KeptPeriod.objects.filter(since=period.since, until=period.until).final()
    kept_period = {
        row.district_id: row for row in final.select_related("district").defer("district__boundary")
    }
    every = list(
        KeptPeriod.objects.filter(since=period.since, until=period.until).values_list("district", flat=True)
    )
    recounted_ids = [pk for pk in kept_period if district_ids is None or pk in district_ids]
    revised = _recount([kept_period[pk] for pk in recounted_ids], period, every)
    above = {pk for done in revised for pk in kept_period[done].district.lineage if pk in kept_period} - set(
        recounted_ids
    )
    return len(revised) + len(_recount([kept_period[pk] for pk in above], period, every))


def _recount(kept_period: Sequence[KeptPeriod], period: Period, every: Collection[UUID]) -> list[UUID]:
    """Count again and write the differences. Return the IDs of revised districts."""
    if not kept_period:
        return []
    started_at = timezone.now()
    districts = [row.district for row in kept_period]
    counts = counts_of(FINAL_REPORTS, districts, period, every)
    figures = _latest(kept_period, FINAL_REPORTS)
    differing: dict[UUID, list[Place]] = {}
    for row in kept_period:
        if places := _differing(row, figures[row.pk], counts[row.district_id]):
            differing[row.district_id] = places
    own_members = _own_members(
        [row for row in kept_period if row.district_id in differing], differing, period, every
    )
    deepest_first = sorted(kept_period, key=lambda row: (-len(row.district.lineage), str(row.pk)))
    revised = [
        row.district_id
        for row in deepest_first
        if row.district_id in differing
        and _revise(
            row, counts[row.district_id], own_members[row.district_id], started_at, Why.REVISED, FINAL_REPORTS
        )
    ]
    KeptPeriod.objects.filter(pk__in=[row.pk for row in kept_period], checked_at__lt=started_at).update(
        checked_at=started_at
    )
    return revised


def _latest(
    kept_period: Iterable[KeptPeriod], reports: Iterable[Report]
) -> dict[UUID, dict[Place, KeptFigure]]:
    """Return the newest vintage of each figure of these periods."""
    figures: dict[UUID, dict[Place, KeptFigure]] = defaultdict(dict)
    rows = KeptFigure.objects.filter(
        kept_period__in=[row.pk for row in kept_period],
        vintage__gte=1,
        indicator__in=[report.slug for report in reports],
    )
    for figure in rows.order_by("kept_period", "indicator", "split", "key", "-vintage").distinct(
        "kept_period", "indicator", "split", "key"
    ):
        figures[figure.kept_period_id][figure.indicator, Split(figure.split), figure.key] = figure
    return figures


def _differing(kept_period: KeptPeriod, latest: dict[Place, KeptFigure], counts: Counts) -> list[Place]:
    """Return the places whose numbers or members differ from the newest vintage."""
    return [
        place
        for place in sorted({*latest, *counts})
        if _differs(kept_period, place, latest.get(place), counts)
    ]


def _differs(kept_period: KeptPeriod, place: Place, figure: KeptFigure | None, counts: Counts) -> bool:
    count = counts.get(place, NOTHING)
    if figure is None:
        return not count.is_empty
    if count is NOTHING:
        return bool(
            figure.n or figure.total or bytes(figure.digest) != digest_of(kept_period, place, NOTHING)
        )
    if (figure.n, figure.total) != (count.n, count.total) or _columns_differ(figure.columns, count.columns):
        return True
    return kept_period.salt is not None and bytes(figure.digest) != digest_of(kept_period, place, count)


def _columns_differ(kept_columns: dict[str, Any], columns: Any) -> bool:
    """Whether a column differs that both the kept definition and today's have."""
    return any(kept_columns[name] != columns[name] for name in kept_columns.keys() & columns.keys())


Own = dict[str, Members]


def _own_members(
    kept_period: Sequence[KeptPeriod],
    differing: dict[UUID, list[Place]],
    period: Period,
    every: Collection[UUID],
    reports: Sequence[Report] = FINAL_REPORTS,
) -> dict[UUID, Own]:
    """Return today's members of the differing indicators in each district's own area."""
    slugs = {slug for places in differing.values() for slug, split, _key in places if split == Split.OWN}
    members: dict[UUID, Own] = {row.district_id: {} for row in kept_period}
    for report in reports:
        districts = [
            row.district for row in kept_period if (report.slug, Split.OWN, "") in differing[row.district_id]
        ]
        if report.slug not in slugs or not districts:
            continue
        own_question = KeptQuestion((period,), tuple(districts), every=tuple(every), is_own=True)
        records = read_members([report], own_question)
        for district in districts:
            members[district.pk][report.slug] = members_of(records.get(district.code, {}), 0)
    return members


@transaction.atomic
def _revise(
    kept_period: KeptPeriod,
    counts: Counts,
    own_members: Own,
    started_at: datetime,
    reason: Why,
    reports: Sequence[Report],
    actor: Acting = SYSTEM,
    purpose: str = "",
) -> bool:
    """Insert a new vintage of each figure that differs.

    Return False if another worker counted the period later than this count, or nothing differs now.
    """
    locked = KeptPeriod.objects.select_for_update(no_key=True).get(pk=kept_period.pk)
    if locked.checked_at > started_at or locked.salt is None:
        return False
    latest = _latest([locked], reports)[locked.pk]
    places = _differing(locked, latest, counts)
    if not places:
        return False
    moment = timezone.now()
    figures, changes = [], {}
    for place in places:
        before = latest.get(place)
        vintage = before.vintage + 1 if before else 2
        count = counts.get(place) or nothing_left(before.columns if before else {})
        figures.append(new_figure(locked, place, count, vintage, reason, moment))
        if place[1] == Split.OWN and place[0] in own_members:
            changes[len(figures) - 1] = _change(locked, place[0], own_members[place[0]])
    insert_and_seal(locked, moment, figures, [], changes, actor=actor, purpose=purpose)
    KeptPeriod.objects.filter(pk=locked.pk).update(checked_at=started_at)
    return True


def _change(kept_period: KeptPeriod, slug: str, members: Members) -> FigureChange:
    """Return what came and went since the newest vintage, and the events that did it."""
    before = kept_members(kept_period, slug)
    change = FigureChange(
        came=sorted(members.counted - before.counted),
        went=sorted(before.counted - members.counted),
        came_in_total=sorted(members.total - before.total),
        went_from_total=sorted(before.total - members.total),
    )
    ids = {*change.came, *change.went, *change.came_in_total, *change.went_from_total}
    change.events = _events_behind(ids, kept_period)
    return change


def kept_members(kept_period: KeptPeriod, slug: str) -> Members:
    """Return the members of the newest vintage in the district's own area."""
    members = Members()
    for row in KeptMembers.objects.filter(kept_period=kept_period, indicators__contains=[slug]):
        members = unpack(bytes(row.ids), bytes(row.marks), row.indicators.index(slug), len(row.indicators))
    changes = FigureChange.objects.filter(
        figure__kept_period=kept_period, figure__indicator=slug, figure__split=Split.OWN
    ).order_by("figure__vintage")
    for change in changes:
        members = members.changed(change.came, change.went, change.came_in_total, change.went_from_total)
    return members


def _events_behind(ids: Collection[UUID], kept_period: KeptPeriod) -> list[UUID]:
    """Return the events that changed these records since the last count, else those in the district.

    If there are none, return those where organisations live now that were at home in the district.
    """
    changes = Change.objects.filter(object_id__in=ids, at__gte=kept_period.checked_at).order_by("-at")
    if events := list(dict.fromkeys(changes.values_list("event_id", flat=True)[:_MOST_EVENTS])):
        return events
    district_id = kept_period.district_id
    moved = Organisation.objects.filter(periods__home_district=district_id).exclude(home_district=district_id)
    return _events_in([district_id], kept_period) or _events_in(
        moved.values_list("home_district", flat=True).distinct(), kept_period
    )


def _events_in(district_ids: Iterable[UUID], kept_period: KeptPeriod) -> list[UUID]:
    """Return the newest events that changed records of these districts since the last count."""
    events = Event.objects.filter(
        at__gte=kept_period.checked_at, action__in=CHANGES, district_ids__overlap=list(district_ids)
    ).exclude(object_type=OBJECT_TYPE)
    return list(events.order_by("-at").values_list("pk", flat=True)[:_MOST_EVENTS])


def is_correctable(kept_at: datetime) -> bool:
    """Whether a figure that was first kept at this moment can still be corrected."""
    return working_days_after(city_day(kept_at), city_day(timezone.now())) <= CORRECTED_WITHIN


def correct_figure(*, actor: Actor, kept_id: UUID, indicator: str, reason: str) -> int:
    """Count a state without a history again, and keep it as corrected. Return the number of districts.

    The districts above are counted again, too. Raises DoesNotExist, PermissionDenied, and ValidationError if
    the figure has a history, the five working days are over, or the reason is missing.
    """
    kept_period = KeptPeriod.objects.select_related("district").get(pk=kept_id)
    if not can_correct_figures(actor, kept_period.district_id):
        raise PermissionDenied
    report = next((report for report in NIGHT_REPORTS if report.slug == indicator), None)
    if report is None:
        raise ValidationError(
            {"indicator": _("This figure has a history, so it is counted again by itself.")}
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Enter why the figure is counted again.")})
    first_figures = KeptFigure.objects.filter(kept_period=kept_period, indicator=indicator)
    if not is_correctable(first_figures.get(split=Split.TOTAL, vintage=1).kept_at):
        raise ValidationError(
            _("This figure can only be corrected in the first five working days after it was kept."),
            code="too_late",
        )
    period = Period(kept_period.since, kept_period.until)
    same_period = KeptPeriod.objects.filter(since=kept_period.since, until=kept_period.until).select_related(
        "district"
    )
    every = list(same_period.values_list("district", flat=True))
    above = list(same_period.filter(district__in=kept_period.district.lineage))
    started_at = timezone.now()
    counts = counts_of([report], [row.district for row in above], period, every)
    figures = _latest(above, [report])
    differing = {row.district_id: _differing(row, figures[row.pk], counts[row.district_id]) for row in above}
    own_members = _own_members(above, differing, period, every, [report])
    return sum(
        _revise(
            row,
            counts[row.district_id],
            own_members[row.district_id],
            started_at,
            Why.CORRECTED,
            [report],
            actor,
            reason.strip(),
        )
        for row in sorted(above, key=lambda row: -len(row.district.lineage))
    )
