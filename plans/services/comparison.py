"""Making comparison files: hidden numbers are proven as for releases, a person confirms, the worker signs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action as Did
from audit.models import Op
from audit.services import Changed, record_changes
from audit.signing import read_city_key
from contacts.codes import NOT_COUNTED
from contacts.models import Contact
from contacts.services.public_texts import flags_of, refuse_protected
from districts.models import District
from lib import city_files
from lib.canonical import digest_of
from lib.cleaning import assign
from lib.days import city_today
from lib.fold import fold
from lib.row_context import Opened, opened
from lib.waking import wake_on_commit
from meetings.rules import ANSWER_WITHIN
from plans.codes import Measure, Source
from plans.models import Action, ComparisonFile, Goal, Indicator, IndicatorValue, Plan
from plans.policies import can_compare
from plans.rules import add_months, progress_of
from plans.services import file_format
from publishing.models import Release
from publishing.queries.quarter_tables import plain_tables, secret_lot, tables_from_plain
from publishing.rules.cells import TOTAL, Table
from publishing.rules.indicators import INDICATORS
from publishing.rules.suppression import suppress
from publishing.services.grids import lock_releases
from reports.indicators import reassurance
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period

SIGN: Final = "plans.sign_comparison_files"
FIRST: Final = 1_000_000  # the number of the first file in the proof, after all releases
HOUR: Final = timedelta(hours=1)

Key = tuple[str, str]  # quarter, slug


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it would be made now. `flags` are words of its titles that may name someone."""

    plan: Plan
    period: Period
    number: int
    document: dict[str, Any]
    tables: Sequence[Table]
    flags: Sequence[str]

    @property
    def digest(self) -> str:
        """Of what is confirmed: everything but the moment."""
        return digest_of(self.document | {"made_at": ""})


def periods_of(plan: Plan) -> list[Period]:
    """Periods that a file can be of, latest first: quarters with values from records."""
    rows = IndicatorValue.objects.standing().filter(
        indicator__goal__plan=plan, indicator__source=Source.BOOK, period_end__lte=city_today()
    )
    days = rows.values_list("period_start", "period_end").distinct()
    return [Period(*one) for one in days.order_by("-period_start")]


def prepare_file(*, actor: Actor, plan_id: UUID, period: Period, contact: str = "") -> Prepared:
    """The file of a plan as it would be made now.

    Raises DoesNotExist, PermissionDenied, and ValidationError for a plan that is not adopted or not of the
    whole city, for another period, and for titles or a mailbox that must not leave.
    """
    plan: Plan = Plan.objects.visible_to(actor).select_related("district").get(pk=plan_id)
    if not can_compare(actor, plan):
        raise PermissionDenied
    _check(plan, period, contact)
    earlier = list(ComparisonFile.objects.order_by("number"))
    number = earlier[-1].number + 1 if earlier else 1
    indicators = _indicators(plan, period)
    counted = _counted_once(indicators, FIRST + number)
    before = _beside({quarter for quarter, _slug in counted}, earlier)
    counted = {key: one for key, one in counted.items() if not _is_behind_bias_table(one, before)}
    published, _left_out = suppress(before, list(counted.values()), lot=secret_lot())
    by_key = {(table.quarter, table.slug): table for table in published}
    document = _document(plan, period, contact, indicators, by_key)
    codes = [one["practice_code"].replace("-", " ") for one in document["actions"] if one["practice_code"]]
    titles = [plan.title, *(one["title"] for part in _PARTS for one in document[part]), *codes]
    refuse_protected(titles)
    return Prepared(plan, period, number, document, published, [*flags_of(titles), *_districts(plan, titles)])


@transaction.atomic
def confirm_file(
    *,
    actor: Actor,
    plan_id: UUID,
    period: Period,
    recipient: str,
    contact: str,
    names_nobody: bool,
    digest: str,
) -> ComparisonFile:
    """Keep the file that the actor was shown (`digest`), to be signed and sent to a city.

    Raises as `prepare_file`, and ValidationError if the titles are not confirmed or the file has changed.
    """
    lock_releases()
    prepared = prepare_file(actor=actor, plan_id=plan_id, period=period, contact=contact)
    if not names_nobody:
        raise ValidationError({"names_nobody": _("Read all titles and confirm that they name no one.")})
    if digest != prepared.digest:
        raise ValidationError(_("The file has changed since you read it. Read it again."), code="changed")
    row = ComparisonFile(
        plan=prepared.plan,
        number=prepared.number,
        period_start=period.since,
        period_end=period.until,
        document=prepared.document,
        counted=plain_tables(prepared.tables),
        confirmed_by_id=actor.id,
    )
    assign(row, {"recipient": recipient, "contact": contact})
    row.full_clean(exclude=["plan", "confirmed_by"])
    row.save(force_insert=True)
    changed = Changed("comparison_file", row.pk, Op.CREATED, 1, [prepared.plan.district_id])
    record_changes(
        actor, Did.EXPORT, [changed], purpose=f"sha256:{digest_of(row.document)}", recipient=row.recipient
    )
    wake_on_commit(SIGN)
    return row


def sign_files() -> int:
    """Sign the files that wait with the city's key, and return how many. Raises NoKey."""
    waiting = ComparisonFile.objects.waiting()
    return city_files.sign_waiting(waiting, read_city_key()) if waiting.exists() else 0


def tables_of_files() -> list[Table]:
    """What other cities were told, for the proof of later releases."""
    rows = ComparisonFile.objects.order_by("number").values_list("counted", flat=True)
    return [table for counted in rows for table in tables_from_plain(counted)]


# --- What is refused --------------------------------------------------------------------------------------


def _check(plan: Plan, period: Period, contact: str) -> None:
    if plan.is_draft:
        raise ValidationError(_("This plan is not adopted yet."), code="draft")
    if len(plan.district.lineage) > 1:
        raise ValidationError(
            _("Only a plan of the whole city can be compared with other cities."), code="part"
        )
    sent = plan.comparison_files.values_list("period_start", "period_end").distinct()
    if any(period.overlaps(*days) and days != (period.since, period.until) for days in sent):
        raise ValidationError(
            {
                "period": _(
                    "A file of a period that overlaps this one was made. Choose that period, or another."
                )
            },
            code="overlaps",
        )
    if period not in periods_of(plan):
        raise ValidationError({"period": _("Choose a quarter from the list.")}, code="period")
    if contact and _is_of_a_person(contact):
        raise ValidationError(
            {"contact": _("This is the address of a person. Enter a functional mailbox.")}, code="person"
        )


@opened(Opened.WRITER)
def _is_of_a_person(email: str) -> bool:
    people = Contact.objects.filter(email__iexact=email)
    return User.objects.filter(email__iexact=email).exists() or people.exists()


def _districts(plan: Plan, titles: Iterable[str]) -> list[str]:
    """Names of parts of the city that titles have."""
    text = f" {fold(' '.join(titles))} "
    names = District.objects.exclude(pk=plan.district_id).values_list("name", flat=True)
    return sorted({name for name in names if f" {fold(name)} " in text})


# --- What is in it ----------------------------------------------------------------------------------------

_PARTS: Final = ("goals", "actions", "indicators")


@dataclass(frozen=True, slots=True)
class _Measured:
    row: Indicator
    baseline: IndicatorValue | None
    latest: IndicatorValue | None

    @property
    def can_leave(self) -> bool:
        """Whether its figure may be published: shares of counted things."""
        is_share = self.row.measure in (Measure.RATIO, Measure.N)
        return self.row.source == Source.HAND or (self.row.slug in INDICATORS and is_share)


def _indicators(plan: Plan, period: Period) -> list[_Measured]:
    """Of the whole city, each with its baseline and its value of the period (by hand: the last one)."""
    rows = Indicator.objects.filter(goal__plan=plan).order_by("goal__position", "position")
    values = IndicatorValue.objects.standing().filter(
        indicator__goal__plan=plan, period_end__lte=period.until
    )
    by_indicator: dict[UUID, list[IndicatorValue]] = {}
    for value in values.order_by("period_end", "period_start"):
        by_indicator.setdefault(value.indicator_id, []).append(value)
    found = []
    for row in rows:
        if row.district_id not in (None, plan.district_id):
            continue
        own = by_indicator.get(row.pk, [])
        baseline = next((one for one in own if one.is_baseline), None)
        exact = [one for one in own if one.period == period]
        latest = exact if row.source == Source.BOOK else own
        found.append(_Measured(row, baseline, latest[-1] if latest else None))
    return found


def _counted_once(indicators: Iterable[_Measured], release: int) -> dict[Key, Table]:
    """One table for each figure of a quarter. None for one that was counted twice with other numbers."""
    found: dict[Key, Table] = {}
    differing = set()
    for key, table in _counted(indicators, release):
        if found.setdefault(key, table).total != table.total:
            differing.add(key)
    return {key: table for key, table in found.items() if key not in differing}


def _counted(indicators: Iterable[_Measured], release: int) -> Iterable[tuple[Key, Table]]:
    """A table of one row, the city, for each figure of a quarter that may leave."""
    for one in indicators:
        if one.row.source != Source.BOOK or not one.can_leave:
            continue
        for value in (one.baseline, one.latest):
            if value is None or value.n is None or value.of is None:
                continue
            counted, report = INDICATORS[one.row.slug], REPORTS[one.row.slug]
            quarter = value.period_start.isoformat()
            yield (
                (quarter, one.row.slug),
                Table(
                    release=release,
                    quarter=quarter,
                    slug=one.row.slug,
                    split="district",
                    rows={str(one.row.district_id): (int(value.n), int(value.of))},
                    total=(int(value.n), int(value.of)),
                    population=counted.of,
                    within=counted.within,
                    is_state=report.is_state,
                    is_stock=counted.is_stock,
                ),
            )


def _beside(quarters: Iterable[str], sent: Iterable[ComparisonFile]) -> list[Table]:
    """What everybody or another city knows of these quarters and their neighbours."""
    days = [datetime.fromisoformat(one).date() for one in quarters]
    near = {add_months(day, months).isoformat() for day in days for months in (-3, 0, 3)}
    counted = [*Release.objects.order_by("number").values_list("counted", flat=True)]
    counted += [file.counted for file in sent]
    return [table for tables in counted for table in tables_from_plain(tables) if table.quarter in near]


def _is_behind_bias_table(table: Table, known: Iterable[Table]) -> bool:
    """Whether the bias table of its year may be read already, which knows only what was told before.

    A year less three quarters is the fourth. What a release or an earlier file has counted is known to it.
    """
    is_over = int(table.quarter[:4]) < city_today().year
    if not is_over or table.population != INDICATORS[reassurance.REPORT.slug].of:
        return False
    return not any(
        (one.quarter, one.slug, one.total) == (table.quarter, table.slug, table.total) for one in known
    )


def _document(
    plan: Plan,
    period: Period,
    contact: str,
    indicators: Sequence[_Measured],
    tables: Mapping[Key, Table],
) -> dict[str, Any]:
    goals = list(Goal.objects.filter(plan=plan).order_by("position"))
    actions = Action.objects.filter(goal__plan=plan).select_related("goal", "practice")
    used = {goal.strand for goal in goals}
    stated = [_indicator(one, tables) for one in indicators]
    return {
        "format": file_format.FORMAT,
        "version": file_format.VERSION,
        "city": {"name": settings.CITY_NAME, "country": _country(), "contact": contact},
        "made_at": f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "period": _period(period),
        "plan": {
            "title": plan.title,
            "language": plan.language,
            **{name: getattr(plan, name).isoformat() for name in ("starts_on", "ends_on", "adopted_on")},
            "strands": sorted(used),
        },
        "goals": [
            {"title": goal.title, "strand": goal.strand, "eccar_point": goal.eccar_point} for goal in goals
        ],
        "actions": [_action(row, period) for row in actions.order_by("goal__position", "position")],
        "indicators": stated,
        "context": {
            "organisations_counted": _organisations(indicators, period, tables),
            "population": None,
            "months_of_data": _months(indicators, period),
            "response_limit_hours": ANSWER_WITHIN // HOUR,
            "kinds_left_out": sorted(kind.value for kind in NOT_COUNTED),
        },
    }


def _country() -> str:
    return str(settings.CITY_COUNTRY or settings.PHONENUMBER_DEFAULT_REGION)


def _period(period: Period) -> dict[str, str]:
    since, until = period.as_text
    return {"since": since, "until": until}


def _action(row: Action, period: Period) -> dict[str, Any]:
    progress = progress_of(row.milestones.all(), period.last_day)
    return {
        "title": row.title,
        "strand": row.goal.strand,
        "status": row.status,
        "practice_code": row.practice.code if row.practice and row.practice.is_published else None,
        "milestones": {name: getattr(progress, name) for name in ("due", "done", "moved")},
    }


def _indicator(one: _Measured, tables: Mapping[Key, Table]) -> dict[str, Any]:
    row = one.row
    definition = (one.latest or one.baseline or IndicatorValue()).definition
    is_book = row.source == Source.BOOK
    return {
        "title": row.title,
        "source": row.source,
        "slug": row.slug if is_book else None,
        "definition": _definition(row, definition) if is_book else None,
        "unit": row.unit,
        "direction": row.direction,
        "baseline": _numbers(one, one.baseline, tables),
        "latest": _numbers(one, one.latest, tables),
        "target": None if row.target is None else {"value": decimal(row.target), "on": _on(row)},
    }


def _definition(row: Indicator, definition: Mapping[str, Any]) -> dict[str, Any]:
    """As it was frozen; without a value as it is now."""
    if definition:
        return {"version": definition["version"], "settings": definition["settings"]}
    return {"version": REPORTS[row.slug].version if row.slug in REPORTS else 1, "settings": "0" * 64}


def _on(row: Indicator) -> str | None:
    return row.target_on.isoformat() if row.target_on else None


def _numbers(
    one: _Measured, value: IndicatorValue | None, tables: Mapping[Key, Table]
) -> dict[str, Any] | None:
    if value is None:
        return None
    n, of = value.n, value.of
    if one.row.source == Source.HAND:
        hides_of = of is not None and of < file_format.LEAST
        hides_n = hides_of or any(0 < part < file_format.LEAST for part in _parts(n, of))
    else:
        table = tables.get((value.period_start.isoformat(), one.row.slug)) if one.can_leave else None
        hides_n = table is None or TOTAL in (table.hides_n or ())
        hides_of = table is None or TOTAL in (table.hides_of or ())
    return {
        "period": _period(value.period),
        "n": None if hides_n else whole(n),
        "of": None if hides_of else whole(of),
        "value": None if hides_n or value.value is None else decimal(value.value),
        "hidden": bool(hides_n or hides_of),
    }


def _parts(n: float | None, of: float | None) -> list[float]:
    """What a number of a survey says of people: those counted, and the rest."""
    return [] if n is None else [n] if of is None else [n, of - n]


def _organisations(
    indicators: Iterable[_Measured], period: Period, tables: Mapping[Key, Table]
) -> int | None:
    """As a figure of the file says already: no number leaves beside the proof."""
    for one in indicators:
        table = tables.get((period.since.isoformat(), one.row.slug))
        if table and table.population == "organisations" and TOTAL not in (table.hides_of or ()):
            return table.total[1]
    return None


def _months(indicators: Iterable[_Measured], period: Period) -> int:
    """Whole months that the figures from records go back."""
    since = [one.row.recorded_since or one.baseline.period_start for one in indicators if one.baseline]
    since += [one.row.recorded_since for one in indicators if one.row.recorded_since]
    first = min(since, default=period.since)
    return max(0, (period.until.year - first.year) * 12 + period.until.month - first.month)


def whole(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None


def decimal(value: float) -> str:
    """A number as a text that every reader of JSON reads alike."""
    return f"{value:.10f}".rstrip("0").rstrip(".")
