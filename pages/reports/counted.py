"""The things behind a number of a report: the facts of then, and what is different today."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from incidents.models import Incident
from lib.days import city_day
from meetings.models import Concern, FollowUp, Meeting
from pages.reports.figures import rows_url
from reports.figures.counted_rows import REST, CountedRow, counted_rows, facts_of, noun_of
from reports.figures.parts import is_rest
from reports.figures.report import Report
from reports.figures.wording import label_of
from reports.queries.definitions import Fact, Row, Text
from reports.queries.questions import Question

AT_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Thing:
    """A row of the page. `times` is how often it counts, `today` what is no longer as it was."""

    pk: UUID
    label: str
    url: str
    facts: Sequence[tuple[Text, str]]  # heading and text
    times: float
    today: str


@dataclass(frozen=True, slots=True)
class Things:
    """The records that a column counts. `count` is the number in the figure.

    `others` counts records that the reader can no longer see, and records beyond a page.
    """

    label: str
    headings: Sequence[Text]
    rows: Sequence[Thing]
    others: int
    count: float
    list_url: str  # of a list of just these, which can be worked on
    object_type: str

    @property
    def adds_up(self) -> bool:
        """Whether a thing may count more than once."""
        return any(row.times != 1 for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The label of records of one kind, and their state today if it differs from the facts."""

    model: Any
    object_type: str
    page: str
    label: Callable[[Any], str]
    today: Callable[[Any, Mapping[str, Any], Question], str]
    beside: Sequence[str] = ()


def things_of(actor: Actor, question: Question, report: Report, group: str, column: str) -> Things:
    """Return the records that a column counts for a group in one period. Two queries."""
    kind, facts = _KINDS[noun_of(report, column)], facts_of(report, column)
    counted = sorted(counted_rows(report, question, group, column), key=_in_order)
    shown_ids = [row.id for row in counted[:AT_MOST]]
    visible_by_id = (
        kind.model.objects.visible_to(actor).filter(pk__in=shown_ids).select_related(*kind.beside).in_bulk()
    )
    rows = [
        Thing(
            pk=row.id,
            label=kind.label(visible_by_id[row.id]),
            url=reverse(kind.page, args=[row.id]),
            facts=[(fact.label, _stated(fact, row.facts[fact.name])) for fact in facts],
            times=row.times,
            today=kind.today(visible_by_id[row.id], row.facts, question),
        )
        for row in counted
        if row.id in visible_by_id
    ]
    [period] = question.periods
    return Things(
        label=_label(report, column),
        headings=[fact.label for fact in facts],
        rows=rows,
        others=len(counted) - len(rows),
        count=sum(row.times for row in counted),
        list_url=_list_of(report, Row(period=period, group=group, n=0, of=0), question, column),
        object_type=kind.object_type,
    )


def _list_of(report: Report, row: Row, question: Question, column: str) -> str:
    """No list is of what lies in no part."""
    return "" if is_rest(row) else rows_url(report.drill(row, question, column))


def _label(report: Report, column: str) -> str:
    labels = {"n": report.n_label, "of": report.of_label, REST: report.rest_label}
    if column in labels:
        return label_of(labels[column])
    return str(next(other_column.label for other_column in report.columns if other_column.name == column))


def _in_order(row: CountedRow) -> tuple[str, UUID]:
    """By the first fact; what has none comes first, such as those never met."""
    fact = next(iter(row.facts.values()), None)
    return ("" if fact is None else str(fact), row.id)


def _stated(fact: Fact, value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return capfirst(str(fact.codes.get(value, value)))


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _organisation_today(row: Organisation, facts: Mapping[str, Any], question: Question) -> str:
    changes = []
    met_on = city_day(row.last_met_at) if row.last_met_at else None
    if "last_met_on" in facts and met_on and met_on != facts["last_met_on"]:
        changes.append(_("last met %(day)s") % {"day": _day(met_on)})
    if row.status != "active":
        changes.append(row.get_status_display())
    if not {district.pk for district in question.districts} & {*row.home_district.lineage}:
        changes.append(_("based in %(district)s") % {"district": row.home_district.name})
    return capfirst(" · ".join(changes))


def _status_today(row: Any, _facts: Mapping[str, Any], _question: Question) -> str:
    return capfirst(str(row.get_status_display()))


def _nothing_today(_row: models.Model, _facts: Mapping[str, Any], _question: Question) -> str:
    return ""


def _concern(row: Concern) -> str:
    kinds = dict(Concern._meta.get_field("kinds").base_field.flatchoices)
    return capfirst(", ".join(str(kinds.get(code, code)) for code in row.kinds))


_KINDS: Final[Mapping[str, _Kind]] = {
    "organisations": _Kind(
        Organisation, "organisation", "organisation", str, _organisation_today, ["home_district"]
    ),
    "meetings": _Kind(Meeting, "meeting", "meeting", lambda row: row.subject, _nothing_today),
    "follow-ups": _Kind(FollowUp, "follow_up", "follow_up", lambda row: row.title, _status_today),
    "concerns": _Kind(Concern, "concern", "concern", _concern, _status_today),
    "incidents": _Kind(
        Incident, "incident", "incident", lambda row: row.protocol.name, _status_today, ["protocol"]
    ),
    "contacts": _Kind(Contact, "contact", "contact", str, _nothing_today),
}
