"""Findings as a privacy officer reads them: the text as it is now, with what was found and what is cut."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from privacy import inventory, words
from privacy.models import Finding
from privacy.searching import NAME, searched_text, text_of

CONTACT: Final = "contacts.Contact"
REFERENCE: Final = "person"  # the kind of fields that refer to a contact
AROUND: Final = 160  # characters shown on each side of a passage
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
    """A finding for display. Without `parts` the text has been changed or deleted since the search."""

    finding: Finding
    title: str
    text: str
    parts: Sequence[Part]
    at: datetime | date | None = None  # when what the text is about happened

    @property
    def is_gone(self) -> bool:
        return not self.parts


def show(findings: Sequence[Finding]) -> list[Shown]:
    """Read the texts of findings: one statement for each table."""
    texts = _texts(findings)
    return [_shown(one, texts.get((one.model, one.object_id), {})) for one in findings]


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
        names |= {DATED[label]} if label in DATED else set()
        rows = apps.get_model(label)._base_manager.filter(pk__in={one.object_id for one in ones})
        for row in rows.values("pk", *names):
            found[label, str(row["pk"])] = row
    return found


def text_in(label: str, field: str, row: dict[str, Any]) -> str:
    """The text in which a finding has its passages."""
    together = _together(label, field)
    if together:
        return " ".join(filter(None, (text_of(row.get(name)) for name in together)))
    return searched_text(label, field, row.get(field))


def _together(label: str, field: str) -> list[str]:
    """The fields that make one name with this one, in order; empty if the field is no part of a name."""
    if inventory.fields()[label, field].kind != NAME:
        return []
    return [one.name for one in inventory.fields_of(label) if one.kind == NAME]


def _shown(finding: Finding, row: dict[str, Any]) -> Shown:
    text = text_in(finding.model, finding.field, row) if row else ""
    parts = list(_parts(text, finding)) if text else []
    at = row.get(DATED.get(finding.model, ""))
    return Shown(finding, title_of(finding.model, finding.field), text, parts, at)


def title_of(label: str, field: str) -> str:
    """Table and field in words: “Meeting, facts”."""
    model = apps.get_model(label)
    try:
        name = str(model._meta.get_field(field).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        name = field
    return f"{words.table(model)}, {name}"


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
