"""Verification of kept figures: every column of every row against the record that the activity log seals."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from audit.models import Action, Event, Pruned
from audit.services.verifying import Finding, Report
from reports.models import FigureChange, KeptFigure, KeptMembers, KeptPeriod, KeptRecord
from reports.queries.kept import (
    DIGEST,
    FIGURE,
    OBJECT_TYPE,
    canonical_value,
    digest_of_change,
    digest_of_ids,
    events_of,
    purpose_of,
    read_text,
)

_PERIOD: Final = {"district": "district_id", "since": "since", "until": "until"}


def verify_kept_figures(report: Report, public_keys: Mapping[str, bytes] | None, using: str) -> None:
    """Compare every kept period with its records and events, and add findings to the report.

    Nothing is signed here, so `public_keys` are not needed.
    """
    pruned = Pruned.objects.using(using).order_by("-seal").values_list("at", flat=True).first()
    for kept_period in KeptPeriod.objects.using(using).order_by("until", "since", "district").iterator():
        report.records += 1
        for text in _check(kept_period, using, is_pruned=pruned is not None):
            days = f"{kept_period.since}/{kept_period.until}"
            report.findings.append(Finding(f"figures of {kept_period.district_id} {days}: {text}"))
    kept_ids = KeptPeriod.objects.using(using).values("pk")
    for model in (KeptFigure, KeptMembers, KeptRecord):
        for pk in (
            model._base_manager.using(using).exclude(kept_period__in=kept_ids).values_list("pk", flat=True)
        ):
            report.findings.append(Finding(f"{model._meta.db_table} {pk}: its period is gone"))
    for event in Event.objects.using(using).filter(object_type=OBJECT_TYPE, reason__text__contains=DIGEST):
        if not KeptPeriod.objects.using(using).filter(pk__in=event.object_ids).exists():
            report.findings.append(
                Finding(f"figures kept on {event.at:%Y-%m-%d}: reports_keptperiod is gone")
            )


def _check(kept_period: KeptPeriod, using: str, *, is_pruned: bool) -> Iterator[str]:
    events = list(events_of(kept_period, using))
    purposes = {event.purpose for event in events}
    stated: dict[int, list[Any]] = {}
    stated_changes: dict[str, str] = {}
    final_at = None
    records = list(KeptRecord.objects.using(using).filter(kept_period=kept_period).order_by("kept_at", "pk"))
    for record in records:
        text = read_text(record)
        if not any(purpose.endswith(purpose_of(text)) for purpose in purposes) and not is_pruned:
            yield f"reports_keptrecord of {record.kept_at:%Y-%m-%d}: no event has its digest"
        content = _read(text)
        yield from _check_period(kept_period, record, content)
        final_at = content.get("final_at")
        stated |= {row[0]: row for row in content.get("figures", ()) if row}
        stated_changes |= content.get("changes", {})
        yield from _check_members(kept_period, record, content, events, using)
    if sum(DIGEST in purpose for purpose in purposes) > len(records):
        yield "reports_keptrecord is gone"
    if final_at != canonical_value(kept_period.final_at):
        yield "reports_keptperiod final_at is not what was kept"
    yield from _check_figures(kept_period, stated, using)
    yield from _check_changes(kept_period, stated_changes, using)


def _check_period(kept_period: KeptPeriod, record: KeptRecord, content: Mapping[str, Any]) -> Iterator[str]:
    if content.get("period") != str(kept_period.pk):
        yield "reports_keptperiod id is not what was kept"
    if content.get("kept_at") != canonical_value(record.kept_at):
        yield "reports_keptrecord kept_at is not what was kept"
    for name, column in _PERIOD.items():
        value = getattr(kept_period, column)
        if content.get(name) != (value.isoformat() if hasattr(value, "isoformat") else str(value)):
            yield f"reports_keptperiod {column} is not what was kept"
    if (
        kept_period.salt is not None
        and content.get("salt") != hashlib.sha256(bytes(kept_period.salt)).hexdigest()
    ):
        yield "reports_keptperiod salt is not what was kept"


def _check_members(
    kept_period: KeptPeriod, record: KeptRecord, content: Mapping[str, Any], events: list[Event], using: str
) -> Iterator[str]:
    rows = {
        row.noun: row
        for row in KeptMembers.objects.using(using).filter(kept_period=kept_period, kept_at=record.kept_at)
    }
    stated = content.get("members", {})
    if kept_period.salt is None:
        if not any(event.action == Action.ERASE for event in events):
            yield "reports_keptperiod salt is gone, and no event says so"
        return
    for noun in sorted({*rows, *stated}):
        if noun not in rows:
            yield f"reports_keptmembers of {noun} is gone"
        elif stated.get(noun) != digest_of_ids(rows[noun]):
            yield f"reports_keptmembers of {noun} is not what was kept"


def _check_figures(kept_period: KeptPeriod, stated: Mapping[int, list[Any]], using: str) -> Iterator[str]:
    present_ids = set()
    for figure in KeptFigure.objects.using(using).filter(kept_period=kept_period).order_by("pk").iterator():
        present_ids.add(figure.pk)
        row = stated.get(figure.pk)
        if row is None:
            yield f"reports_keptfigure {figure.pk} is not what was kept: id"
            continue
        for name, value in zip(FIGURE, row, strict=True):
            if canonical_value(getattr(figure, name)) != value:
                yield f"reports_keptfigure {figure.pk} ({row[1]}) is not what was kept: {name}"
    for pk in sorted(stated.keys() - present_ids):
        yield f"reports_keptfigure {pk} ({stated[pk][1]}) is gone"


def _check_changes(kept_period: KeptPeriod, stated: Mapping[str, str], using: str) -> Iterator[str]:
    if kept_period.salt is None:
        return
    changes = {
        str(change.pk): change
        for change in FigureChange.objects.using(using).filter(figure__kept_period=kept_period)
    }
    for pk in sorted({*changes, *stated}):
        if pk not in changes:
            yield f"reports_figurechange {pk} is gone"
        elif stated.get(pk) != digest_of_change(changes[pk]):
            yield f"reports_figurechange {pk} is not what was kept"


def _read(text: bytes) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
