"""Comparison files for other cities: prepare, let a person confirm, and sign by the worker."""

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
FIRST_FILE_NUMBER: Final = (
    1_000_000  # number of the first file in the proof, higher than those of all releases
)
HOUR: Final = timedelta(hours=1)

Key = tuple[str, str]  # quarter, slug


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file with the current contents. `flags` are words of its titles that may name someone."""

    plan: Plan
    period: Period
    number: int
    document: dict[str, Any]
    tables: Sequence[Table]
    flags: Sequence[str]

    @property
    def digest(self) -> str:
        """Digest of the confirmed contents: all but the moment."""
        return digest_of(self.document | {"made_at": ""})


def periods_of(plan: Plan) -> list[Period]:
    """Quarters with values from records, latest first. A file covers one of them."""
    rows = IndicatorValue.objects.standing().filter(
        indicator__goal__plan=plan, indicator__source=Source.BOOK, period_end__lte=city_today()
    )
    period_days = rows.values_list("period_start", "period_end").distinct()
    return [Period(*days) for days in period_days.order_by("-period_start")]


def prepare_file(*, actor: Actor, plan_id: UUID, period: Period, contact: str = "") -> Prepared:
    """Prepare the file of a plan with its current contents.

    Raises DoesNotExist and PermissionDenied. Raises ValidationError for a draft, for a plan of a part of the
    city, for another period, and for titles or a mailbox that must not be sent.
    """
    plan: Plan = Plan.objects.visible_to(actor).select_related("district").get(pk=plan_id)
    if not can_compare(actor, plan):
        raise PermissionDenied
    _refuse_unsuitable(plan, period, contact)
    earlier_files = list(ComparisonFile.objects.order_by("number"))
    number = earlier_files[-1].number + 1 if earlier_files else 1
    indicators = _values_by_indicator(plan, period)
    tables_by_key = _unambiguous_tables(indicators, FIRST_FILE_NUMBER + number)
    published_before = _published_tables_near({quarter for quarter, _slug in tables_by_key}, earlier_files)
    tables_by_key = {
        key: table
        for key, table in tables_by_key.items()
        if not _is_behind_bias_table(table, published_before)
    }
    published, _left_out = suppress(published_before, list(tables_by_key.values()), lot=secret_lot())
    by_key = {(table.quarter, table.slug): table for table in published}
    document = _document(plan, period, contact, indicators, by_key)
    codes = [
        action["practice_code"].replace("-", " ") for action in document["actions"] if action["practice_code"]
    ]
    titles = [plan.title, *(member["title"] for part in _PARTS for member in document[part]), *codes]
    refuse_protected(titles)
    return Prepared(
        plan, period, number, document, published, [*flags_of(titles), *_district_names_in(plan, titles)]
    )


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
    """Store the file that the actor was shown (`digest`), for signing and sending to a city.

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
    """Sign the waiting files with the city's key, and return their number. Raises NoKey."""
    waiting = ComparisonFile.objects.waiting()
    return city_files.sign_waiting(waiting, read_city_key()) if waiting.exists() else 0


def tables_of_files() -> list[Table]:
    """Tables of all files for other cities, for the proof of later releases."""
    rows = ComparisonFile.objects.order_by("number").values_list("counted", flat=True)
    return [table for counted in rows for table in tables_from_plain(counted)]


# --- Validation -------------------------------------------------------------------------------------------


def _refuse_unsuitable(plan: Plan, period: Period, contact: str) -> None:
    if plan.is_draft:
        raise ValidationError(_("This plan is not adopted yet."), code="draft")
    if len(plan.district.lineage) > 1:
        raise ValidationError(
            _("Only a plan of the whole city can be compared with other cities."), code="part"
        )
    file_periods = plan.comparison_files.values_list("period_start", "period_end").distinct()
    if any(period.overlaps(*days) and days != (period.since, period.until) for days in file_periods):
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
    if contact and _is_personal_address(contact):
        raise ValidationError(
            {"contact": _("This is the address of a person. Enter a functional mailbox.")}, code="person"
        )


@opened(Opened.WRITER)
def _is_personal_address(email: str) -> bool:
    people = Contact.objects.filter(email__iexact=email)
    return User.objects.filter(email__iexact=email).exists() or people.exists()


def _district_names_in(plan: Plan, titles: Iterable[str]) -> list[str]:
    """Names of districts that appear in the titles."""
    text = f" {fold(' '.join(titles))} "
    names = District.objects.exclude(pk=plan.district_id).values_list("name", flat=True)
    return sorted({name for name in names if f" {fold(name)} " in text})


# --- Contents ---------------------------------------------------------------------------------------------

_PARTS: Final = ("goals", "actions", "indicators")


@dataclass(frozen=True, slots=True)
class _IndicatorValues:
    row: Indicator
    baseline: IndicatorValue | None
    latest: IndicatorValue | None

    @property
    def can_leave(self) -> bool:
        """Whether the figure can be published: a share or count of a public indicator, or a value by hand."""
        is_share = self.row.measure in (Measure.RATIO, Measure.N)
        return self.row.source == Source.HAND or (self.row.slug in INDICATORS and is_share)


def _values_by_indicator(plan: Plan, period: Period) -> list[_IndicatorValues]:
    """Indicators of the whole city with baseline and value of the period (by hand: the last value)."""
    rows = Indicator.objects.filter(goal__plan=plan).order_by("goal__position", "position")
    values = IndicatorValue.objects.standing().filter(
        indicator__goal__plan=plan, period_end__lte=period.until
    )
    by_indicator: dict[UUID, list[IndicatorValue]] = {}
    for value in values.order_by("period_end", "period_start"):
        by_indicator.setdefault(value.indicator_id, []).append(value)
    indicators = []
    for row in rows:
        if row.district_id not in (None, plan.district_id):
            continue
        values_of_row = by_indicator.get(row.pk, [])
        baseline = next((value for value in values_of_row if value.is_baseline), None)
        values_of_period = [value for value in values_of_row if value.period == period]
        latest = values_of_period if row.source == Source.BOOK else values_of_row
        indicators.append(_IndicatorValues(row, baseline, latest[-1] if latest else None))
    return indicators


def _unambiguous_tables(indicators: Iterable[_IndicatorValues], release: int) -> dict[Key, Table]:
    """Tables by quarter and figure. A figure that was counted twice with different numbers is left out."""
    tables: dict[Key, Table] = {}
    differing = set()
    for key, table in _tables_of_figures(indicators, release):
        if tables.setdefault(key, table).total != table.total:
            differing.add(key)
    return {key: table for key, table in tables.items() if key not in differing}


def _tables_of_figures(indicators: Iterable[_IndicatorValues], release: int) -> Iterable[tuple[Key, Table]]:
    """Yield a table with one row, the city, for each figure of a quarter that can be published."""
    for indicator in indicators:
        if indicator.row.source != Source.BOOK or not indicator.can_leave:
            continue
        for value in (indicator.baseline, indicator.latest):
            if value is None or value.n is None or value.of is None:
                continue
            counted, report = INDICATORS[indicator.row.slug], REPORTS[indicator.row.slug]
            quarter = value.period_start.isoformat()
            yield (
                (quarter, indicator.row.slug),
                Table(
                    release=release,
                    quarter=quarter,
                    slug=indicator.row.slug,
                    split="district",
                    rows={str(indicator.row.district_id): (int(value.n), int(value.of))},
                    total=(int(value.n), int(value.of)),
                    population=counted.of,
                    within=counted.within,
                    is_state=report.is_state,
                    is_stock=counted.is_stock,
                ),
            )


def _published_tables_near(quarters: Iterable[str], files: Iterable[ComparisonFile]) -> list[Table]:
    """Tables of releases and earlier files for these quarters and their neighbours."""
    days = [datetime.fromisoformat(quarter).date() for quarter in quarters]
    near = {add_months(day, months).isoformat() for day in days for months in (-3, 0, 3)}
    counted = [*Release.objects.order_by("number").values_list("counted", flat=True)]
    counted += [file.counted for file in files]
    return [table for tables in counted for table in tables_from_plain(tables) if table.quarter in near]


def _is_behind_bias_table(table: Table, known_tables: Iterable[Table]) -> bool:
    """Whether the bias table of the year may already be public without knowledge of this table.

    The bias table of a year minus three quarters reveals the fourth. The bias table was proven safe together
    with releases and earlier files only.
    """
    is_over = int(table.quarter[:4]) < city_today().year
    if not is_over or table.population != INDICATORS[reassurance.REPORT.slug].of:
        return False
    return not any(
        (known_table.quarter, known_table.slug, known_table.total) == (table.quarter, table.slug, table.total)
        for known_table in known_tables
    )


def _document(
    plan: Plan,
    period: Period,
    contact: str,
    indicators: Sequence[_IndicatorValues],
    tables: Mapping[Key, Table],
) -> dict[str, Any]:
    goals = list(Goal.objects.filter(plan=plan).order_by("position"))
    actions = Action.objects.filter(goal__plan=plan).select_related("goal", "practice")
    used = {goal.strand for goal in goals}
    stated = [_indicator_member(indicator, tables) for indicator in indicators]
    return {
        "format": file_format.FORMAT,
        "version": file_format.VERSION,
        "city": {"name": settings.CITY_NAME, "country": _country(), "contact": contact},
        "made_at": f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "period": _period_member(period),
        "plan": {
            "title": plan.title,
            "language": plan.language,
            **{name: getattr(plan, name).isoformat() for name in ("starts_on", "ends_on", "adopted_on")},
            "strands": sorted(used),
        },
        "goals": [
            {"title": goal.title, "strand": goal.strand, "eccar_point": goal.eccar_point} for goal in goals
        ],
        "actions": [_action_member(row, period) for row in actions.order_by("goal__position", "position")],
        "indicators": stated,
        "context": {
            "organisations_counted": _organisation_count(indicators, period, tables),
            "population": None,
            "months_of_data": _months_of_data(indicators, period),
            "response_limit_hours": ANSWER_WITHIN // HOUR,
            "kinds_left_out": sorted(kind.value for kind in NOT_COUNTED),
        },
    }


def _country() -> str:
    return str(settings.CITY_COUNTRY or settings.PHONENUMBER_DEFAULT_REGION)


def _period_member(period: Period) -> dict[str, str]:
    since, until = period.as_text
    return {"since": since, "until": until}


def _action_member(row: Action, period: Period) -> dict[str, Any]:
    progress = progress_of(row.milestones.all(), period.last_day)
    return {
        "title": row.title,
        "strand": row.goal.strand,
        "status": row.status,
        "practice_code": row.practice.code if row.practice and row.practice.is_published else None,
        "milestones": {name: getattr(progress, name) for name in ("due", "done", "moved")},
    }


def _indicator_member(indicator: _IndicatorValues, tables: Mapping[Key, Table]) -> dict[str, Any]:
    row = indicator.row
    definition = (indicator.latest or indicator.baseline or IndicatorValue()).definition
    is_book = row.source == Source.BOOK
    return {
        "title": row.title,
        "source": row.source,
        "slug": row.slug if is_book else None,
        "definition": _definition_member(row, definition) if is_book else None,
        "unit": row.unit,
        "direction": row.direction,
        "baseline": _numbers_member(indicator, indicator.baseline, tables),
        "latest": _numbers_member(indicator, indicator.latest, tables),
        "target": None
        if row.target is None
        else {"value": as_decimal_text(row.target), "on": _target_day(row)},
    }


def _definition_member(row: Indicator, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the frozen definition, or the current one without a value."""
    if definition:
        return {"version": definition["version"], "settings": definition["settings"]}
    return {"version": REPORTS[row.slug].version if row.slug in REPORTS else 1, "settings": "0" * 64}


def _target_day(row: Indicator) -> str | None:
    return row.target_on.isoformat() if row.target_on else None


def _numbers_member(
    indicator: _IndicatorValues, value: IndicatorValue | None, tables: Mapping[Key, Table]
) -> dict[str, Any] | None:
    if value is None:
        return None
    n, total = value.n, value.of
    if indicator.row.source == Source.HAND:
        hides_of = total is not None and total < file_format.LEAST
        hides_n = hides_of or any(0 < part < file_format.LEAST for part in _parts(n, total))
    else:
        table = (
            tables.get((value.period_start.isoformat(), indicator.row.slug)) if indicator.can_leave else None
        )
        hides_n = table is None or TOTAL in (table.hides_n or ())
        hides_of = table is None or TOTAL in (table.hides_of or ())
    return {
        "period": _period_member(value.period),
        "n": None if hides_n else as_whole_number(n),
        "of": None if hides_of else as_whole_number(total),
        "value": None if hides_n or value.value is None else as_decimal_text(value.value),
        "hidden": bool(hides_n or hides_of),
    }


def _parts(n: float | None, total: float | None) -> list[float]:
    """Parts of a survey's number: the people counted, and the others."""
    return [] if n is None else [n] if total is None else [n, total - n]


def _organisation_count(
    indicators: Iterable[_IndicatorValues], period: Period, tables: Mapping[Key, Table]
) -> int | None:
    """Number of organisations from a table of the file, so that the proof covers it; else None."""
    for indicator in indicators:
        table = tables.get((period.since.isoformat(), indicator.row.slug))
        if table and table.population == "organisations" and TOTAL not in (table.hides_of or ()):
            return table.total[1]
    return None


def _months_of_data(indicators: Iterable[_IndicatorValues], period: Period) -> int:
    """Number of whole months that the figures from records go back."""
    first_days = [
        indicator.row.recorded_since or indicator.baseline.period_start
        for indicator in indicators
        if indicator.baseline
    ]
    first_days += [indicator.row.recorded_since for indicator in indicators if indicator.row.recorded_since]
    first_day = min(first_days, default=period.since)
    return max(0, (period.until.year - first_day.year) * 12 + period.until.month - first_day.month)


def as_whole_number(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None


def as_decimal_text(value: float) -> str:
    """Return a number as a text that all JSON parsers read alike."""
    return f"{value:.10f}".rstrip("0").rstrip(".")
