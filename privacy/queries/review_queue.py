"""Records whose period is over, as a person reviews them: by object, those at risk first (docs/adr/0056)."""

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
from privacy.queries.retention import AGED, Aged, due_rows
from privacy.rules.retention import AHEAD, DECIDE_WITHIN, IN_A_ROW, due_on, is_in_time

AT_A_TIME: Final = 20
_READ: Final = 200  # the oldest records of a rule, of which those at risk come first
_LONG_AGO: Final = timedelta(days=730)
_YEAR: Final = timedelta(days=365)
#: Rules whose records a person reviews, by the record's type. Texts are in the queue before they are removed.
REVIEWED: Final[Mapping[str, str]] = {
    "contact": RetentionCode.CONTACT,
    "meeting": RetentionCode.MEETING_TEXTS,
    "concern": RetentionCode.CONCERN_TEXTS,
    "follow_up": RetentionCode.FOLLOW_UP_TEXTS,
    "incident": RetentionCode.INCIDENT_TEXTS,
}


@dataclass(frozen=True, slots=True)
class Overdue:
    """A record to review.

    Args:
        risk: 0 if a text has sensitive words, 1 if no one has met the person for 2 years, otherwise 2.
        topics: topics of the sensitive words.
        kept: how often it was kept before.
    """

    noun: str
    row: Any
    rule: RetentionRule
    since: date
    due_on: date
    risk: int
    topics: list[str] = field(default_factory=list)
    kept: int = 0

    @property
    def is_contact(self) -> bool:
        return self.noun == "contact"


def aged_of(noun: str) -> Aged:
    """The table of which a person reviews records of this type. What belongs to a record goes with it."""
    return AGED[REVIEWED[noun]][0]


def rules_in_force() -> dict[str, RetentionRule]:
    """Rules in force whose records are reviewed, by type of record."""
    nouns = {code: noun for noun, code in REVIEWED.items()}
    rows = RetentionRule.objects.in_force().filter(code__in=nouns)
    return {nouns[row.code]: row for row in rows}


def overdue_rows(actor: Actor, noun: str, rule: RetentionRule, today: date) -> models.QuerySet[Any]:
    """Rows that the actor can review. No one reviews their own record."""
    aged = aged_of(noun)
    days = rule.days if noun == "contact" else max(0, rule.days - AHEAD)
    model: Any = apps.get_model(aged.label)
    due = due_rows(aged, rule.code, days, today)
    if beside := AGED[rule.code][1:]:  # a record without a text of its own can have others
        some = [due, *(due_rows(one, rule.code, days, today) for one in beside)]
        ids = [rows.values(one.record) for one, rows in zip(AGED[rule.code], some, strict=True)]
        due = aged.rows.annotate(counted_from=aged.since).filter(reduce(or_, (Q(pk__in=one) for one in ids)))
    rows: models.QuerySet[Any] = due.filter(pk__in=model.objects.visible_to(actor).values("pk"))
    if noun == "contact":
        under_way = Erasure.objects.under_way().annotate(contact=Func(F("contact_ids"), function="unnest"))
        rows = rows.exclude(pk__in=under_way.values("contact"))
        own = User.objects.filter(pk=actor.id).values_list("email", flat=True).first()
        rows = rows.exclude(email__iexact=own) if own else rows
    return rows


def queue(
    actor: Actor, today: date | None = None, *, only: str | None = None
) -> tuple[list[Overdue], dict[str, int]]:
    """The first records to review, of all types or of one, and the number of each type.

    Texts leave by the rule, so they come first.
    """
    day, found, numbers = today or city_today(), list[Overdue](), dict[str, int]()
    for noun, rule in rules_in_force().items():
        rows = overdue_rows(actor, noun, rule, day)
        some = list(rows.order_by("counted_from", "pk")[:_READ])
        if some:
            numbers[noun] = len(some) if len(some) < _READ else rows.count()
        if only in (None, noun):
            found += _overdue(noun, some, rule, day)
    found.sort(key=lambda one: (one.risk, one.is_contact, one.due_on, str(one.row.pk)))
    return list(_with_kept(found[:AT_A_TIME])), numbers


def find(actor: Actor, noun: str, ids: Collection[UUID], today: date | None = None) -> list[Overdue]:
    """Those of these records that the actor can review."""
    rule = rules_in_force().get(noun)
    if rule is None:
        return []
    day = today or city_today()
    rows = overdue_rows(actor, noun, rule, day).filter(pk__in=ids).order_by("pk")
    return list(_with_kept(_overdue(noun, list(rows), rule, day)))


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """How reviews go: done in time of those due in the last year, kept often, and the oldest text."""

    in_time: int
    due: int
    kept_often: int
    oldest_text: date | None


def figures(today: date | None = None) -> ReviewFigures:
    """The figures of the whole city, for privacy officers. A decision within 30 days is in time."""
    day = today or city_today()
    people = RetentionDecision.objects.valid().filter(decided_by__isnull=False)
    done = people.filter(due_on__gt=day - _YEAR).values_list("due_on", "decided_at")
    in_time = [is_in_time(due, city_day(at)) for due, at in done]
    rule, late = rules_in_force().get("contact"), 0
    if rule is not None and rule.in_force_on + DECIDE_WITHIN < day:
        days = rule.days + DECIDE_WITHIN.days
        late = due_rows(aged_of("contact"), rule.code, days, day).count()
    kept = people.filter(decision=RetentionChoice.KEEP).values("object_id")
    often = kept.annotate(times=models.Count("pk")).filter(times__gte=IN_A_ROW).count()
    return ReviewFigures(sum(in_time), len(in_time) + late, often, _oldest_text(day))


def _oldest_text(today: date) -> date | None:
    """The day from which the oldest text counts that a rule in force or proposed would remove."""
    found = []
    for noun, code in REVIEWED.items():
        if noun != "contact":
            rows = due_rows(aged_of(noun), code, 0, today)
            found.append(rows.aggregate(oldest=models.Min("counted_from"))["oldest"])
    return min((city_day(moment) for moment in found if moment), default=None)


def _overdue(noun: str, rows: Collection[Any], rule: RetentionRule, today: date) -> list[Overdue]:
    found, beside = [], _texts_beside(noun, [row.pk for row in rows])
    for row in rows:
        since = row.counted_from
        since = city_day(since) if isinstance(since, datetime) else since
        texts = [*(getattr(row, name) for name in aged_of(noun).texts), *beside[row.pk]]
        topics = {one.topic for text in texts if text for one in find_sensitive(text, settings.LANGUAGE_CODE)}
        is_old = noun == "contact" and since < today - _LONG_AGO
        risk = 0 if topics else 1 if is_old else 2
        due = due_on(since, rule.days, rule.in_force_on)
        found.append(Overdue(noun, row, rule, since, due, risk, sorted(topics)))
    return found


def _texts_beside(noun: str, ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Texts that belong to these records and are in other tables, by record. At most one statement."""
    said = [
        one.rows.filter(**{f"{one.record}__in": ids})
        .order_by()
        .annotate(said=Concat(*_apart(one.texts), output_field=models.TextField()))
        .values_list(one.record, "said")
        for one in AGED[REVIEWED[noun]][1:]
    ]
    found = defaultdict[UUID, list[str]](list)
    for pk, text in said[0].union(*said[1:], all=True) if ids and said else ():
        found[pk].append(text)
    return found


def _apart(names: Collection[str]) -> list[Any]:
    """Texts with a line between two, for an expression that takes at least two parts."""
    return [part for name in names for part in (F(name), Value("\n"))]


def _with_kept(found: Collection[Overdue]) -> Iterator[Overdue]:
    kept = RetentionDecision.objects.valid().filter(decision=RetentionChoice.KEEP)
    ids = kept.filter(object_id__in=[one.row.pk for one in found]).values_list("object_id", flat=True)
    times = Counter(ids)
    for one in found:
        yield Overdue(
            one.noun, one.row, one.rule, one.since, one.due_on, one.risk, one.topics, times[one.row.pk]
        )
