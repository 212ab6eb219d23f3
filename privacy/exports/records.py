"""Data about the person of a request as text: records by field, and passages of other records."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from districts.models import District
from lib.days import city_day
from lib.fold import fold
from lib.language_choices import language_name
from meetings.models import Meeting
from privacy import inventory
from privacy.codes import Ground, Regime, Verdict
from privacy.inventory import labels
from privacy.models import DataRequest, Finding
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import DisplayedFinding, show
from privacy.queries.text_search import NAME
from privacy.services.findings import released

_CONTACT: Final = "contacts.Contact"
_REFERENCE: Final = "person"  # the kind of fields that refer to a contact
_DATED: Final = {"meetings.MeetingContact": ["meeting__starts_at"]}  # other tables by ID, so by creation
_TEXTS: Final = ("free_text", "opinion")  # from records of others only as findings


@dataclass(frozen=True, slots=True)
class HeldData:
    """Data in the JSON file and the letter. `tables` and `ids` name its source."""

    records: Sequence[Mapping[str, Any]]
    facts: Sequence[Mapping[str, Any]]
    opinions: Sequence[Mapping[str, Any]]
    tables: frozenset[str]
    ids: frozenset[str]
    police: bool  # has data under police law
    other: bool  # has data under data protection law
    has_unsure: bool
    notes: Sequence[DisplayedFinding] = ()  # with texts in the letter, for the marks of a draft


class Officers:
    """Names of accounts in texts. They are replaced unless officers are named in this answer."""

    def __init__(self, row: DataRequest, *, are_named: bool) -> None:
        own_names = {fold(name) for name in row.terms()["names"]}
        names = [] if are_named else User.objects.values_list("name", flat=True)
        other_names = sorted(
            {name for name in names if name and fold(name) not in own_names}, key=len, reverse=True
        )
        pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in other_names)
        self._names = re.compile(pattern, re.IGNORECASE) if pattern else None

    def hidden(self, text: str) -> str:
        """Return the text without names of officers."""
        return self._names.sub(_("[an officer]"), text) if self._names else text


class _Law:
    """Law under which a field is held."""

    def __init__(self, row: DataRequest, contacts: Sequence[models.Model]) -> None:
        self._always = row.regimes == [Regime.LED]
        self._person = any(getattr(contact, "lawful_basis", "") == "police_law" for contact in contacts)

    def is_police(self, field: inventory.Field) -> bool:
        basis = field.activity.basis
        return self._always or basis == "police_law" or (basis == "record" and self._person)


def data_held(row: DataRequest, officers: Officers) -> HeldData:
    """Return the data about the person. With `neither_confirm`, data under police law is left out."""
    findings = list(Finding.objects.of_request(row).in_order())
    contacts = list(apps.get_model(_CONTACT)._base_manager.filter(pk__in=contacts_of(row)))
    law = _Law(row, contacts)
    given_findings = [
        finding for finding in findings if finding.verdict == Verdict.THEIRS and _is_given(row, law, finding)
    ]
    refused_keys = {_key(finding) for finding in findings} - {_key(finding) for finding in given_findings}
    cut_keys = {_key(finding) for finding in given_findings if finding.cuts}
    given_keys: set[tuple[str, str, str]] = set()
    records = list(_records(row, law, contacts, refused_keys | cut_keys, given_keys))
    texts: dict[str, list[dict[str, Any]]] = {"fact": [], "opinion": []}
    displayed = [note for note in show(given_findings) if not note.is_gone]
    notes = [note for note in displayed if note.is_changed or _key(note.finding) not in given_keys]
    for note in notes:
        field = inventory.field_of(note.finding.model, note.finding.field)
        category = "opinion" if field.category == "opinion" else "fact"
        texts[category].append(
            {
                "what": note.title,
                "on": _value_in_words(note.at) if note.at else "",
                "text": officers.hidden(released(note.text, note.finding.cuts)),
                "cuts": len(note.finding.cuts),
                "grounds": [str(Ground(code).label) for code in note.finding.grounds],
            }
        )
    for rows in texts.values():
        rows.sort(key=lambda one: one["on"])
    keys = {*given_keys, *map(_key, given_findings)}
    fields = [inventory.field_of(label, name) for label, _pk, name in keys]
    return HeldData(
        records=records,
        facts=texts["fact"],
        opinions=texts["opinion"],
        tables=frozenset(label for label, _pk, _name in keys),
        ids=frozenset(pk for _label, pk, _name in keys),
        police=any(map(law.is_police, fields)),
        other=not all(map(law.is_police, fields)),
        has_unsure=any(
            finding.verdict == Verdict.UNSURE and _may_be_named(law, finding) for finding in findings
        ),
        notes=notes,
    )


def _is_given(row: DataRequest, law: _Law, finding: Finding) -> bool:
    field = inventory.field_of(finding.model, finding.field)
    return field.access == "give" and not (row.neither_confirm and law.is_police(field))


def _may_be_named(law: _Law, finding: Finding) -> bool:
    """Whether the letter can ask about an unsure finding. Under police law this would disclose it."""
    return not law.is_police(inventory.field_of(finding.model, finding.field))


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.model, finding.object_id, finding.field


def _records(
    row: DataRequest,
    law: _Law,
    contacts: Sequence[models.Model],
    apart_keys: set[tuple[str, str, str]],
    given_keys: set[tuple[str, str, str]],
) -> Iterator[dict[str, Any]]:
    """Yield the records of the contacts, and add their fields to `given_keys`.

    Fields in `apart_keys` are left out: their finding has cuts or another verdict.
    """
    for label, name in _tables_of_contacts():
        fields = [
            field
            for field in inventory.fields_of(label)
            if _is_shown(field, name) and not (row.neither_confirm and law.is_police(field))
        ]
        model = apps.get_model(label)
        rows: Any = model._base_manager.filter(**{f"{name}__in": [contact.pk for contact in contacts]})
        rows = rows.order_by(*_DATED.get(label, ()), "pk")
        for record in rows if fields and contacts else ():
            shown_fields = [field for field in fields if not _is_apart(field, str(record.pk), apart_keys)]
            texts = [(field, field_value(record, field.name)) for field in shown_fields]
            given_keys |= {(label, str(record.pk), field.name) for field in shown_fields}
            pairs = [{"name": field_label(model, field.name), "value": text} for field, text in texts if text]
            if pairs:
                yield {"what": labels.table(model), "fields": pairs}


def _tables_of_contacts() -> Iterator[tuple[str, str]]:
    """Yield tables about contacts, each with the field that refers to the contact. Contact comes first."""
    yield _CONTACT, "pk"
    for label, name in inventory.fields():
        if inventory.field_of(label, name).kind == _REFERENCE:
            yield label, name


def _is_shown(field: inventory.Field, reference: str) -> bool:
    is_own = field.kind not in (_REFERENCE, "derived") and field.name != reference
    return is_own and field.access == "give" and field.category not in _TEXTS


def _is_apart(field: inventory.Field, pk: str, apart_keys: set[tuple[str, str, str]]) -> bool:
    """Whether the field has a finding of its own. The parts of a name share one finding."""
    if field.kind == NAME:
        names = [
            name_field.name for name_field in inventory.fields_of(field.model) if name_field.kind == NAME
        ]
        return any((field.model, pk, name) in apart_keys for name in names)
    return (field.model, pk, field.name) in apart_keys


def field_label(model: type[models.Model], name: str) -> str:
    try:
        field: Any = model._meta.get_field(name)
        return capfirst(str(field.verbose_name))
    except (FieldDoesNotExist, AttributeError):
        return name


def field_value(record: models.Model, name: str) -> str:
    """Return the value of a field in words."""
    field: Any = record._meta.get_field(name)
    value: Any = getattr(record, name)
    choices = dict(getattr(getattr(field, "base_field", field), "flatchoices", None) or ())
    if isinstance(value, list | tuple):
        if name == "languages":
            return ", ".join(map(language_name, value))
        return ", ".join(str(choices.get(code, code)) for code in value)
    return str(choices[value]) if value in choices else _value_in_words(value)


def _value_in_words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return _row_in_words(value)
    return str(getattr(value, "as_international", value))


def _row_in_words(value: models.Model) -> str:
    """Return the name of an organisation or district, the moment of a meeting, or the name of the table."""
    if isinstance(value, District) or value._meta.label == "contacts.Organisation":
        return str(getattr(value, "name", ""))
    starts: datetime | None = getattr(value, "starts_at", None)
    if isinstance(value, Meeting) and not value.has_exact_time:
        return f"{_value_in_words(city_day(value.starts_at))}, {value.get_precision_display()}"
    return _value_in_words(starts) if starts else labels.table(type(value))


def cuts_in_words(number: int, grounds: Sequence[str]) -> str:
    """Return a sentence with the number of passages left out of a text, and the grounds."""
    sentence = ngettext("%(n)s passage is left out", "%(n)s passages are left out", number) % {"n": number}
    return f"{sentence}: {', '.join(grounds)}." if grounds else f"{sentence}."
