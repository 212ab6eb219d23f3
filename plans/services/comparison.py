"""Comparison files for other cities: prepare, let a person confirm, and sign by the worker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action as Did
from audit.models import Op
from audit.services import Changed, record_changes
from audit.signing import read_city_key
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
from plans.codes import Source
from plans.models import ComparisonFile, Indicator, Plan
from plans.policies import can_compare
from plans.queries.values import baseline_of, values_of
from plans.rules import add_months
from plans.services.comparison_document import IndicatorValues, Key, document_of
from publishing.models import Release
from publishing.queries.quarter_tables import plain_tables, secret_lot, tables_from_plain
from publishing.rules.cells import Table
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
    rows = Indicator.objects.filter(goal__plan=plan, source=Source.BOOK).select_related("goal__plan")
    values = values_of(rows)
    return sorted({value.period for quarters in values.values() for value in quarters}, reverse=True)


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
    tables_by_key = dict(_tables_of_figures(indicators, FIRST_FILE_NUMBER + number))
    published_before = _published_tables_near({quarter for quarter, _slug in tables_by_key}, earlier_files)
    tables_by_key = {
        key: table
        for key, table in tables_by_key.items()
        if not _is_behind_bias_table(table, published_before)
    }
    published, _left_out = suppress(published_before, list(tables_by_key.values()), lot=secret_lot())
    by_key = {(table.quarter, table.slug): table for table in published}
    document = document_of(plan, period, contact, indicators, by_key)
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


def _values_by_indicator(plan: Plan, period: Period) -> list[IndicatorValues]:
    """Indicators of the whole city with baseline and value of the period (by hand: the last value)."""
    rows = Indicator.objects.filter(goal__plan=plan).select_related("goal__plan")
    indicators = [
        row
        for row in rows.order_by("goal__position", "position")
        if row.district_id in (None, plan.district_id)
    ]
    values = values_of(indicators)
    values_of_files = []
    for row in indicators:
        values_then = [value for value in values[row.pk] if value.period.until <= period.until]
        latest = [value for value in values_then if row.source == Source.HAND or value.period == period]
        values_of_files.append(IndicatorValues(row, baseline_of(values_then), latest[-1] if latest else None))
    return values_of_files


def _tables_of_figures(indicators: Iterable[IndicatorValues], release: int) -> Iterable[tuple[Key, Table]]:
    """Yield a table with one row, the city, for each figure of a quarter that can be published."""
    for indicator in indicators:
        if indicator.row.source != Source.BOOK or not indicator.can_leave:
            continue
        for value in (indicator.baseline, indicator.latest):
            if value is None or value.n is None or value.total is None:
                continue
            counted, report = INDICATORS[indicator.row.slug], REPORTS[indicator.row.slug]
            quarter = value.period.since.isoformat()
            yield (
                (quarter, indicator.row.slug),
                Table(
                    release=release,
                    quarter=quarter,
                    slug=indicator.row.slug,
                    split="district",
                    rows={str(indicator.row.district_id): (int(value.n), int(value.total))},
                    total=(int(value.n), int(value.total)),
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
