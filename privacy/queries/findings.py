"""Findings for display: the text as found, with the passages that were found and cut."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from contacts.models import Organisation
from lib.row_context import Opened, opened
from meetings.models import MeetingOrganisation
from privacy import inventory
from privacy.inventory import labels
from privacy.models import Finding, HiddenText
from privacy.queries.text_search import NAME, searched_text, text_of

CONTACT: Final = "contacts.Contact"
REFERENCE: Final = "person"  # the kind of fields that refer to a contact
AROUND: Final = 160  # characters shown on each side of a passage
ORGANISATION: Final = "contacts.Organisation"
MEETING: Final = "meetings.Meeting"
ORGANISATION_COLUMNS: Final = ("organisation_id", "site_organisation_id")
#: Nouns with a page, by table. The first reference to one of them gives the page.
PAGES: Final = {
    MEETING: "meeting",
    "meetings.FollowUp": "follow_up",
    "meetings.Concern": "concern",
    "incidents.Incident": "incident",
    ORGANISATION: "organisation",
    CONTACT: "contact",
}
DATED: Final = {
    "meetings.Meeting": "starts_at",
    "meetings.FollowUp": "due_on",
    "meetings.Concern": "received_at",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text. `gap`: text before it is not shown."""

    text: str
    is_found: bool = False
    is_cut: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class DisplayedFinding:
    """A finding for display. Without `parts` the text is gone. `current_text`: text of the record today."""

    finding: Finding
    title: str
    text: str
    parts: Sequence[Part]
    at: datetime | date | None = None  # moment of the event, or of the writing
    organisation: str = ""  # of the text, or to which its row refers
    page: tuple[str, Any] | None = None  # the noun with a page, and the ID of its row
    current_text: str = ""
    alike: int = 0  # number of undecided findings with the same text in the same field

    @property
    def is_gone(self) -> bool:
        return not self.parts

    @property
    def is_changed(self) -> bool:
        """Whether the text of the record was changed since it was found."""
        return bool(self.finding.text) and self.current_text != self.text


def show(findings: Sequence[Finding]) -> list[DisplayedFinding]:
    """Return findings for display, with one statement for each table."""
    texts = _rows_of_findings(findings)
    names = _organisations(findings, texts)
    return [
        _displayed(
            finding,
            texts.get((finding.model, finding.object_id), {}),
            names.get((finding.model, finding.object_id), ""),
        )
        for finding in findings
    ]


def with_alike_counts(
    displayed: Sequence[DisplayedFinding], undecided: Sequence[Finding]
) -> list[DisplayedFinding]:
    """Add the number of undecided findings that have the same text in the same field."""
    pks = ids_by_text(undecided)
    return [
        replace(
            finding,
            alike=len(pks.get(_text_key(finding.finding, finding.text), set()) - {finding.finding.pk}),
        )
        for finding in displayed
    ]


def ids_by_text(findings: Sequence[Finding]) -> dict[tuple[str, str, str], set[UUID]]:
    """Return the IDs of findings by table, field and text."""
    ids_by_text_key: dict[tuple[str, str, str], set[UUID]] = defaultdict(set)
    for finding in findings:
        if finding.text:
            ids_by_text_key[_text_key(finding, finding.text)].add(finding.pk)
    return ids_by_text_key


def _text_key(finding: Finding, text: str) -> tuple[str, str, str]:
    return finding.model, finding.field, text


def people_in(displayed: Sequence[DisplayedFinding]) -> set[UUID]:
    """Return the IDs of the contacts in these findings, with one statement for each table."""
    keys: dict[str, set[str]] = defaultdict(set)
    for item in displayed:
        keys[item.finding.model].add(item.finding.object_id)
    people = {UUID(pk) for pk in keys.pop(CONTACT, ())}
    for label, pks in keys.items():
        names = [field.name for field in inventory.fields_of(label) if field.kind == REFERENCE]
        for name in names:
            rows = apps.get_model(label)._base_manager.filter(pk__in=pks)
            people.update(pk for pk in rows.values_list(name, flat=True) if pk)
    return people


def _rows_of_findings(findings: Sequence[Finding]) -> dict[tuple[str, str], dict[str, Any]]:
    findings_by_table: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        findings_by_table[finding.model].append(finding)
    rows_by_key = {}
    for label, table_findings in findings_by_table.items():
        names = {
            name
            for finding in table_findings
            for name in (finding.field, *_name_fields(label, finding.field))
        }
        names |= {column for column in (_date_column(label), *_references(label)) if column}
        rows = apps.get_model(label)._base_manager.filter(
            pk__in={finding.object_id for finding in table_findings}
        )
        for row in rows.values("pk", *names):
            rows_by_key[label, str(row["pk"])] = row
    for (label, pk, field), text in HiddenText.objects.texts(findings_by_table.keys()).items():
        if field in rows_by_key.get((label, pk), ()):
            rows_by_key[label, pk][field] = text
    return rows_by_key


def text_in(label: str, field: str, row: dict[str, Any]) -> str:
    """Return the text to which the passages of a finding refer."""
    name_fields = _name_fields(label, field)
    if name_fields:
        return " ".join(filter(None, (text_of(row.get(name)) for name in name_fields)))
    return searched_text(label, field, row.get(field))


def _name_fields(label: str, field: str) -> list[str]:
    """Return the fields that form one name with this field, in order; empty if it is no part of a name."""
    if inventory.field_of(label, field).kind != NAME:
        return []
    return [field.name for field in inventory.fields_of(label) if field.kind == NAME]


def _date_column(label: str) -> str:
    """Return the field with the moment of the event, or of the creation of the row."""
    fields = {field.name for field in apps.get_model(label)._meta.concrete_fields}
    return DATED.get(label, "created_at" if "created_at" in fields else "")


@cache
def _references(label: str) -> tuple[str, ...]:
    """Return columns that refer to a row with a page, in the order of PAGES."""
    fields = [field for field in apps.get_model(label)._meta.concrete_fields if field.remote_field]
    tables_by_column = [(field.attname, field.related_model._meta.label) for field in fields]
    return tuple(name for noun in PAGES for name, related in tables_by_column if related == noun)


def _page(label: str, pk: str, row: dict[str, Any]) -> tuple[str, Any] | None:
    """Return the page with the text: the noun and the ID of the row; None if there is no page."""
    if label in PAGES:
        return PAGES[label], pk
    fields = {field.attname: field for field in apps.get_model(label)._meta.concrete_fields}
    for name in _references(label):
        related: Any = fields[name].related_model
        if row.get(name) is not None:
            return PAGES[related._meta.label], row[name]
    return None


@opened(Opened.WRITER)
def _organisations(
    findings: Sequence[Finding], texts: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """Return the organisation's name of each finding, with two statements."""
    organisation_ids: dict[tuple[str, str], Any] = {}
    meetings: dict[str, tuple[str, str]] = {}
    for finding in findings:
        key, row = (finding.model, finding.object_id), texts.get((finding.model, finding.object_id), {})
        if finding.model == ORGANISATION:
            organisation_ids[key] = UUID(finding.object_id)
        elif finding.model == MEETING:
            meetings[finding.object_id] = key
        elif pk := next((row[name] for name in ORGANISATION_COLUMNS if row.get(name)), None):
            organisation_ids[key] = pk
    links = MeetingOrganisation.objects.filter(meeting__in=list(map(UUID, meetings))).order_by("-pk")
    organisation_ids |= {
        meetings[str(meeting)]: pk for meeting, pk in links.values_list("meeting", "organisation")
    }
    names = dict(Organisation.objects.filter(pk__in=organisation_ids.values()).values_list("pk", "name"))
    return {key: names.get(pk, "") for key, pk in organisation_ids.items()}


def _displayed(finding: Finding, row: dict[str, Any], organisation: str = "") -> DisplayedFinding:
    current_text = text_in(finding.model, finding.field, row) if row else ""
    parts = list(_parts(finding.text, finding)) if finding.text else []
    at = row.get(_date_column(finding.model))
    page = _page(finding.model, finding.object_id, row) if row else None
    return DisplayedFinding(
        finding,
        title_of(finding.model, finding.field),
        finding.text,
        parts,
        at,
        organisation,
        page,
        current_text,
    )


def title_of(label: str, field: str) -> str:
    """Return table and field in words: “Meeting, facts”."""
    model = apps.get_model(label)
    try:
        name = str(model._meta.get_field(field).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        name = field
    return f"{labels.table(model)}, {name}"


def _parts(text: str, finding: Finding) -> Iterator[Part]:
    """Yield found and cut passages, with some text around. Passages outside the text are left out."""
    marks = [(start, end) for start, end in finding.passages if end <= len(text)]
    cuts = [(start, end) for start, end in finding.cuts if end <= len(text)]
    edges = {0, len(text), *(edge for pair in (*marks, *cuts) for edge in pair)}
    near = [*marks, *cuts] or [(0, 0)]
    first_edge = max(0, min(start for start, _end in near) - AROUND)
    last_edge = min(len(text), max(end for _start, end in near) + AROUND)
    points = sorted({edge for edge in edges if first_edge <= edge <= last_edge} | {first_edge, last_edge})
    for start, end in pairwise(points):
        yield Part(
            text[start:end],
            is_found=any(a <= start and end <= b for a, b in marks),
            is_cut=any(a <= start and end <= b for a, b in cuts),
            gap=start == first_edge > 0,
        )
