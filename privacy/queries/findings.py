"""Findings as a privacy officer reads them: the text as it was found, with what was found and what is cut."""

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
#: Nouns with a page, by their table.
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
class Shown:
    """A finding for display. Without `parts` its text is gone. `now` is the text in the record today."""

    finding: Finding
    title: str
    text: str
    parts: Sequence[Part]
    at: datetime | date | None = None  # when what the text is about happened, or was written
    organisation: str = ""  # that the text is about, or that its row refers to
    page: tuple[str, Any] | None = None  # the noun with a page, and the ID of its row
    now: str = ""
    alike: int = 0  # other findings without a verdict whose field has the same text

    @property
    def is_gone(self) -> bool:
        return not self.parts

    @property
    def is_changed(self) -> bool:
        """Whether the record has another text than the one that was found."""
        return bool(self.finding.text) and self.now != self.text


def show(findings: Sequence[Finding]) -> list[Shown]:
    """Read the texts of findings: one statement for each table."""
    texts = _texts(findings)
    names = _organisations(findings, texts)
    return [
        _shown(one, texts.get((one.model, one.object_id), {}), names.get((one.model, one.object_id), ""))
        for one in findings
    ]


def with_alike(shown: Sequence[Shown], others: Sequence[Finding]) -> list[Shown]:
    """Note how many of the other findings have the same text in the same field."""
    pks = alike(others)
    return [
        replace(one, alike=len(pks.get(_place(one.finding, one.text), set()) - {one.finding.pk}))
        for one in shown
    ]


def alike(findings: Sequence[Finding]) -> dict[tuple[str, str, str], set[UUID]]:
    """Return the IDs of findings by table, field and text."""
    found: dict[tuple[str, str, str], set[UUID]] = defaultdict(set)
    for one in findings:
        if one.text:
            found[_place(one, one.text)].add(one.pk)
    return found


def _place(finding: Finding, text: str) -> tuple[str, str, str]:
    return finding.model, finding.field, text


def people_in(shown: Sequence[Shown]) -> set[UUID]:
    """Return the IDs of the contacts of these rows, or to whom they refer: one statement for each table."""
    keys: dict[str, set[str]] = defaultdict(set)
    for one in shown:
        keys[one.finding.model].add(one.finding.object_id)
    people = {UUID(pk) for pk in keys.pop(CONTACT, ())}
    for label, pks in keys.items():
        names = [one.name for one in inventory.fields_of(label) if one.kind == REFERENCE]
        for name in names:
            rows = apps.get_model(label)._base_manager.filter(pk__in=pks)
            people.update(pk for pk in rows.values_list(name, flat=True) if pk)
    return people


def _texts(findings: Sequence[Finding]) -> dict[tuple[str, str], dict[str, Any]]:
    wanted: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        wanted[one.model].append(one)
    found = {}
    for label, ones in wanted.items():
        names = {name for one in ones for name in (one.field, *_together(label, one.field))}
        names |= {one for one in (_dated(label), *_references(label)) if one}
        rows = apps.get_model(label)._base_manager.filter(pk__in={one.object_id for one in ones})
        for row in rows.values("pk", *names):
            found[label, str(row["pk"])] = row
    for (label, pk, field), text in HiddenText.objects.texts(wanted.keys()).items():
        if field in found.get((label, pk), ()):
            found[label, pk][field] = text
    return found


def text_in(label: str, field: str, row: dict[str, Any]) -> str:
    """The text in which a finding has its passages."""
    together = _together(label, field)
    if together:
        return " ".join(filter(None, (text_of(row.get(name)) for name in together)))
    return searched_text(label, field, row.get(field))


def _together(label: str, field: str) -> list[str]:
    """The fields that make one name with this one, in order; empty if the field is no part of a name."""
    if inventory.field_of(label, field).kind != NAME:
        return []
    return [one.name for one in inventory.fields_of(label) if one.kind == NAME]


def _dated(label: str) -> str:
    """The field that says when what the text is about happened, or when its row was written."""
    fields = {one.name for one in apps.get_model(label)._meta.concrete_fields}
    return DATED.get(label, "created_at" if "created_at" in fields else "")


@cache
def _references(label: str) -> tuple[str, ...]:
    """Columns that refer to a row with a page of its own, the most exact first."""
    fields = [one for one in apps.get_model(label)._meta.concrete_fields if one.remote_field]
    found = [(one.attname, one.related_model._meta.label) for one in fields]
    return tuple(name for noun in PAGES for name, related in found if related == noun)


def _page(label: str, pk: str, row: dict[str, Any]) -> tuple[str, Any] | None:
    """The page on which the text is read in its place."""
    if label in PAGES:
        return PAGES[label], pk
    fields = {one.attname: one for one in apps.get_model(label)._meta.concrete_fields}
    for name in _references(label):
        related: Any = fields[name].related_model
        if row.get(name) is not None:
            return PAGES[related._meta.label], row[name]
    return None


@opened(Opened.WRITER)
def _organisations(
    findings: Sequence[Finding], texts: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """The name of the organisation of each finding: two statements."""
    found: dict[tuple[str, str], Any] = {}
    meetings: dict[str, tuple[str, str]] = {}
    for one in findings:
        key, row = (one.model, one.object_id), texts.get((one.model, one.object_id), {})
        if one.model == ORGANISATION:
            found[key] = UUID(one.object_id)
        elif one.model == MEETING:
            meetings[one.object_id] = key
        elif pk := next((row[name] for name in ORGANISATION_COLUMNS if row.get(name)), None):
            found[key] = pk
    links = MeetingOrganisation.objects.filter(meeting__in=list(map(UUID, meetings))).order_by("-pk")
    found |= {meetings[str(meeting)]: pk for meeting, pk in links.values_list("meeting", "organisation")}
    names = dict(Organisation.objects.filter(pk__in=found.values()).values_list("pk", "name"))
    return {key: names.get(pk, "") for key, pk in found.items()}


def _shown(finding: Finding, row: dict[str, Any], organisation: str = "") -> Shown:
    now = text_in(finding.model, finding.field, row) if row else ""
    parts = list(_parts(finding.text, finding)) if finding.text else []
    at = row.get(_dated(finding.model))
    page = _page(finding.model, finding.object_id, row) if row else None
    return Shown(
        finding, title_of(finding.model, finding.field), finding.text, parts, at, organisation, page, now
    )


def title_of(label: str, field: str) -> str:
    """Table and field in words: “Meeting, facts”."""
    model = apps.get_model(label)
    try:
        name = str(model._meta.get_field(field).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        name = field
    return f"{labels.table(model)}, {name}"


def _parts(text: str, finding: Finding) -> Iterator[Part]:
    """What was found and cut, with some text around. Passages outside of a changed text are left out."""
    marks = [(start, end) for start, end in finding.passages if end <= len(text)]
    cuts = [(start, end) for start, end in finding.cuts if end <= len(text)]
    edges = {0, len(text), *(edge for pair in (*marks, *cuts) for edge in pair)}
    near = [*marks, *cuts] or [(0, 0)]
    first = max(0, min(start for start, _end in near) - AROUND)
    last = min(len(text), max(end for _start, end in near) + AROUND)
    points = sorted({edge for edge in edges if first <= edge <= last} | {first, last})
    for start, end in pairwise(points):
        yield Part(
            text[start:end],
            is_found=any(a <= start and end <= b for a, b in marks),
            is_cut=any(a <= start and end <= b for a, b in cuts),
            gap=start == first > 0,
        )
