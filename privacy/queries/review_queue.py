"""Review queue: records whose period is over, those at risk first (docs/adr/0056)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat

from accounts.actors import Actor
from accounts.models import User
from lib.days import city_day, city_today
from lib.sensitive import find_sensitive
from privacy.codes import RetentionChoice, RetentionCode
from privacy.models import Erasure, RetentionDecision, RetentionRule
from privacy.queries.retention import AGED, AgedTable, due_rows
from privacy.rules.retention import AHEAD, DECIDE_WITHIN, IN_A_ROW, due_on, is_in_time

AT_A_TIME: Final = 20
_READ: Final = 200  # the oldest records of a rule, among which those at risk come first
_LONG_AGO: Final = timedelta(days=730)
_YEAR: Final = timedelta(days=365)
#: Rules with a review, by type of record. Records are in the queue before their texts are removed.
REVIEWED: Final[Mapping[str, str]] = {
    "contact": RetentionCode.CONTACT,
    "meeting": RetentionCode.MEETING_TEXTS,
    "concern": RetentionCode.CONCERN_TEXTS,
    "follow_up": RetentionCode.FOLLOW_UP_TEXTS,
    "incident": RetentionCode.INCIDENT_TEXTS,
}


@dataclass(frozen=True, slots=True)
class OverdueRecord:
    """A record to review.

    Args:
        risk: 0 if a text has sensitive words, 1 if no one has met the person for 2 years, otherwise 2.
        topics: topics of the sensitive words.
        times_kept: how often the record was kept before.
    """

    noun: str
    row: Any
    rule: RetentionRule
    since: date
    due_on: date
    risk: int
    topics: list[str] = field(default_factory=list)
    times_kept: int = 0

    @property
    def is_contact(self) -> bool:
        return self.noun == "contact"


def aged_of(noun: str) -> AgedTable:
    """Return the main table of a type of record."""
    return tables_of(noun)[0]


def tables_of(noun: str) -> list[AgedTable]:
    """Return the tables whose texts belong to a type of record, the main table first.

    A rule can have tables of other records too: the note of a shift's hand-over is of no single incident.
    """
    return [table for table in AGED[REVIEWED[noun]] if table.noun == noun]


def rules_in_force() -> dict[str, RetentionRule]:
    """Return the rules in force with a review, by type of record."""
    nouns = {code: noun for noun, code in REVIEWED.items()}
    rows = RetentionRule.objects.in_force().filter(code__in=nouns)
    return {nouns[row.code]: row for row in rows}


def overdue_rows(actor: Actor, noun: str, rule: RetentionRule, today: date) -> models.QuerySet[Any]:
    """Return the rows that the actor can review. No one reviews their own record."""
    aged = aged_of(noun)
    days = rule.days if noun == "contact" else max(0, rule.days - AHEAD)
    model: Any = apps.get_model(aged.label)
    due = due_rows(aged, rule.code, days, today)
    tables = tables_of(noun)
    if other_tables := tables[1:]:  # the text of a record can be in another table
        row_sets = [due, *(due_rows(table, rule.code, days, today) for table in other_tables)]
        record_ids = [rows.values(table.record) for table, rows in zip(tables, row_sets, strict=True)]
        due = aged.rows.annotate(counted_from=aged.since).filter(
            reduce(or_, (Q(pk__in=ids) for ids in record_ids))
        )
    rows: models.QuerySet[Any] = due.filter(pk__in=model.objects.visible_to(actor).values("pk"))
    if noun == "contact":
        under_way = Erasure.objects.under_way().annotate(contact=Func(F("contact_ids"), function="unnest"))
        rows = rows.exclude(pk__in=under_way.values("contact"))
        own_email = User.objects.filter(pk=actor.id).values_list("email", flat=True).first()
        rows = rows.exclude(email__iexact=own_email) if own_email else rows
    return rows


def queue(
    actor: Actor, today: date | None = None, *, only: str | None = None
) -> tuple[list[OverdueRecord], dict[str, int]]:
    """Return the first records to review, of all types or `only` one, and the number of each type.

    Records with texts come first, because the rule removes their texts.
    """
    day, records, numbers = today or city_today(), list[OverdueRecord](), dict[str, int]()
    for noun, rule in rules_in_force().items():
        rows = overdue_rows(actor, noun, rule, day)
        oldest = list(rows.order_by("counted_from", "pk")[:_READ])
        if oldest:
            numbers[noun] = len(oldest) if len(oldest) < _READ else rows.count()
        if only in (None, noun):
            records += _records_to_review(noun, oldest, rule, day)
    records.sort(key=lambda one: (one.risk, one.is_contact, one.due_on, str(one.row.pk)))
    return list(_with_keep_counts(records[:AT_A_TIME])), numbers


def number_to_review(actor: Actor, today: date | None = None) -> int:
    """Return the number of records in the queue."""
    day = today or city_today()
    return sum(overdue_rows(actor, noun, rule, day).count() for noun, rule in rules_in_force().items())


def reviewable_records(
    actor: Actor, noun: str, ids: Collection[UUID], today: date | None = None
) -> list[OverdueRecord]:
    """Return those of the given records that the actor can review."""
    rule = rules_in_force().get(noun)
    if rule is None:
        return []
    day = today or city_today()
    rows = overdue_rows(actor, noun, rule, day).filter(pk__in=ids).order_by("pk")
    return list(_with_keep_counts(_records_to_review(noun, list(rows), rule, day)))


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """Figures on reviews: in time and due in the last year, kept often, and the day of the oldest text."""

    in_time: int
    due: int
    kept_often: int
    oldest_text: date | None


def figures(today: date | None = None) -> ReviewFigures:
    """Return the figures of the whole city, for privacy officers. A decision within 30 days is in time."""
    day = today or city_today()
    people = RetentionDecision.objects.valid().filter(decided_by__isnull=False)
    done = people.filter(due_on__gt=day - _YEAR).values_list("due_on", "decided_at")
    in_time = [is_in_time(due, city_day(at)) for due, at in done]
    rule, late = rules_in_force().get("contact"), 0
    if rule is not None and rule.in_force_on + DECIDE_WITHIN < day:
        days = rule.days + DECIDE_WITHIN.days
        late = due_rows(aged_of("contact"), rule.code, days, day).count()
    kept_ids = people.filter(decision=RetentionChoice.KEEP).values("object_id")
    kept_often = kept_ids.annotate(times=models.Count("pk")).filter(times__gte=IN_A_ROW).count()
    return ReviewFigures(sum(in_time), len(in_time) + late, kept_often, _oldest_text(day))


def _oldest_text(today: date) -> date | None:
    """Return the day from which the oldest text counts, under any rule in force or proposed."""
    oldest_moments = []
    for noun, code in REVIEWED.items():
        if noun != "contact":
            rows = due_rows(aged_of(noun), code, 0, today)
            oldest_moments.append(rows.aggregate(oldest=models.Min("counted_from"))["oldest"])
    return min((city_day(moment) for moment in oldest_moments if moment), default=None)


def _records_to_review(
    noun: str, rows: Collection[Any], rule: RetentionRule, today: date
) -> list[OverdueRecord]:
    records, other_texts = [], _texts_in_other_tables(noun, [row.pk for row in rows])
    for row in rows:
        since = row.counted_from
        since = city_day(since) if isinstance(since, datetime) else since
        texts = [*(getattr(row, name) for name in aged_of(noun).texts), *other_texts[row.pk]]
        topics = {
            finding.topic
            for text in texts
            if text
            for finding in find_sensitive(text, settings.LANGUAGE_CODE)
        }
        is_old = noun == "contact" and since < today - _LONG_AGO
        risk = 0 if topics else 1 if is_old else 2
        due = due_on(since, rule.days, rule.in_force_on)
        records.append(OverdueRecord(noun, row, rule, since, due, risk, sorted(topics)))
    return records


def _texts_in_other_tables(noun: str, ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Return texts of these records in other tables, by record. Runs at most one statement."""
    row_sets = [
        table.rows.filter(**{f"{table.record}__in": ids})
        .order_by()
        .annotate(said=Concat(*_joined_by_line(table.texts), output_field=models.TextField()))
        .values_list(table.record, "said")
        for table in tables_of(noun)[1:]
    ]
    texts_by_record = defaultdict[UUID, list[str]](list)
    for pk, text in row_sets[0].union(*row_sets[1:], all=True) if ids and row_sets else ():
        texts_by_record[pk].append(text)
    return texts_by_record


def _joined_by_line(names: Collection[str]) -> list[Any]:
    """Return the texts joined by lines, as parts of an expression that needs at least two."""
    return [part for name in names for part in (F(name), Value("\n"))]


def _with_keep_counts(records: Collection[OverdueRecord]) -> Iterator[OverdueRecord]:
    keeps = RetentionDecision.objects.valid().filter(decision=RetentionChoice.KEEP)
    ids = keeps.filter(object_id__in=[record.row.pk for record in records]).values_list(
        "object_id", flat=True
    )
    times = Counter(ids)
    for record in records:
        yield OverdueRecord(
            record.noun,
            record.row,
            record.rule,
            record.since,
            record.due_on,
            record.risk,
            record.topics,
            times[record.row.pk],
        )
