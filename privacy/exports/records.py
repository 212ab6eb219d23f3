"""What is held about the person of a request, as text: records by field, and passages of other records."""

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
from lib.fold import fold
from lib.language_choices import language_name
from privacy import inventory
from privacy.codes import Ground, Regime, Verdict
from privacy.inventory import labels
from privacy.models import DataRequest, Finding
from privacy.queries.contacts import contacts_of
from privacy.queries.findings import Shown, show
from privacy.queries.text_search import NAME
from privacy.services.findings import released

_CONTACT: Final = "contacts.Contact"
_REFERENCE: Final = "person"  # the kind of fields that refer to a contact
_DATED: Final = {"meetings.MeetingContact": ["meeting__starts_at"]}  # others by their ID, as they were made
_TEXTS: Final = ("free_text", "opinion")  # of others' records only what a privacy officer has read


@dataclass(frozen=True, slots=True)
class Held:
    """What is given, as the JSON file and the letter have it. `tables` and `ids` say where it is from."""

    records: Sequence[Mapping[str, Any]]
    facts: Sequence[Mapping[str, Any]]
    opinions: Sequence[Mapping[str, Any]]
    tables: frozenset[str]
    ids: frozenset[str]
    police: bool  # some of it is held under police law
    other: bool  # some of it is held under data protection law
    has_unsure: bool
    notes: Sequence[Shown] = ()  # whose texts are given, as the draft marks them


class Officers:
    """Names of accounts in texts. They are replaced unless the decision is to name officers."""

    def __init__(self, row: DataRequest, *, named: bool) -> None:
        own = {fold(name) for name in row.terms()["names"]}
        names = [] if named else User.objects.values_list("name", flat=True)
        others = sorted({name for name in names if name and fold(name) not in own}, key=len, reverse=True)
        pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in others)
        self._names = re.compile(pattern, re.IGNORECASE) if pattern else None

    def hidden(self, text: str) -> str:
        """The text without their names."""
        return self._names.sub(_("[an officer]"), text) if self._names else text


class _Law:
    """Under which law a field is held."""

    def __init__(self, row: DataRequest, contacts: Sequence[models.Model]) -> None:
        self._always = row.regimes == [Regime.LED]
        self._person = any(getattr(one, "lawful_basis", "") == "police_law" for one in contacts)

    def is_police(self, field: inventory.Field) -> bool:
        basis = field.activity.basis
        return self._always or basis == "police_law" or (basis == "record" and self._person)


def held(row: DataRequest, officers: Officers) -> Held:
    """What is held and given. With `neither_confirm`, nothing of it is held under police law."""
    found = list(Finding.objects.of(row).in_order())
    contacts = list(apps.get_model(_CONTACT)._base_manager.filter(pk__in=contacts_of(row)))
    law = _Law(row, contacts)
    gives = [one for one in found if one.verdict == Verdict.THEIRS and _is_given(row, law, one)]
    refused = {_key(one) for one in found} - {_key(one) for one in gives}
    cut = {_key(one) for one in gives if one.cuts}
    seen: set[tuple[str, str, str]] = set()
    records = list(_records(row, law, contacts, refused | cut, seen))
    texts: dict[str, list[dict[str, Any]]] = {"fact": [], "opinion": []}
    shown = [one for one in show(gives) if not one.is_gone]
    notes = [one for one in shown if one.is_changed or _key(one.finding) not in seen]
    for one in notes:
        field = inventory.field_of(one.finding.model, one.finding.field)
        category = "opinion" if field.category == "opinion" else "fact"
        texts[category].append(
            {
                "what": one.title,
                "on": _said(one.at) if one.at else "",
                "text": officers.hidden(released(one.text, one.finding.cuts)),
                "cuts": len(one.finding.cuts),
                "grounds": [str(Ground(code).label) for code in one.finding.grounds],
            }
        )
    for rows in texts.values():
        rows.sort(key=lambda one: one["on"])
    keys = {*seen, *map(_key, gives)}
    fields = [inventory.field_of(label, name) for label, _pk, name in keys]
    return Held(
        records=records,
        facts=texts["fact"],
        opinions=texts["opinion"],
        tables=frozenset(label for label, _pk, _name in keys),
        ids=frozenset(pk for _label, pk, _name in keys),
        police=any(map(law.is_police, fields)),
        other=not all(map(law.is_police, fields)),
        has_unsure=any(one.verdict == Verdict.UNSURE and _may_be_named(law, one) for one in found),
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
    apart: set[tuple[str, str, str]],
    seen: set[tuple[str, str, str]],
) -> Iterator[dict[str, Any]]:
    """The rows of the contact. `seen` gets the fields that are given.

    Fields in `apart` are left out here: their finding has cuts or another verdict.
    """
    for label, name in _tables_of_contacts():
        fields = [
            one
            for one in inventory.fields_of(label)
            if _is_shown(one, name) and not (row.neither_confirm and law.is_police(one))
        ]
        model = apps.get_model(label)
        rows: Any = model._base_manager.filter(**{f"{name}__in": [one.pk for one in contacts]})
        rows = rows.order_by(*_DATED.get(label, ()), "pk")
        for found in rows if fields and contacts else ():
            shown = [one for one in fields if not _is_apart(one, str(found.pk), apart)]
            texts = [(one, field_value(found, one.name)) for one in shown]
            seen |= {(label, str(found.pk), one.name) for one in shown}
            pairs = [{"name": field_label(model, one.name), "value": text} for one, text in texts if text]
            if pairs:
                yield {"what": labels.table(model), "fields": pairs}


def _tables_of_contacts() -> Iterator[tuple[str, str]]:
    """Tables whose rows are about a contact, with the field that says which; the contact's own first."""
    yield _CONTACT, "pk"
    for label, name in inventory.fields():
        if inventory.field_of(label, name).kind == _REFERENCE:
            yield label, name


def _is_shown(field: inventory.Field, reference: str) -> bool:
    is_own = field.kind not in (_REFERENCE, "derived") and field.name != reference
    return is_own and field.access == "give" and field.category not in _TEXTS


def _is_apart(field: inventory.Field, pk: str, apart: set[tuple[str, str, str]]) -> bool:
    """Whether the field has a finding of its own. The parts of a name have one together."""
    if field.kind == NAME:
        names = [one.name for one in inventory.fields_of(field.model) if one.kind == NAME]
        return any((field.model, pk, name) in apart for name in names)
    return (field.model, pk, field.name) in apart


def field_label(model: type[models.Model], name: str) -> str:
    try:
        field: Any = model._meta.get_field(name)
        return capfirst(str(field.verbose_name))
    except (FieldDoesNotExist, AttributeError):
        return name


def field_value(found: models.Model, name: str) -> str:
    """The value of a field in words."""
    field: Any = found._meta.get_field(name)
    value: Any = getattr(found, name)
    choices = dict(getattr(getattr(field, "base_field", field), "flatchoices", None) or ())
    if isinstance(value, list | tuple):
        if name == "languages":
            return ", ".join(map(language_name, value))
        return ", ".join(str(choices.get(one, one)) for one in value)
    return str(choices[value]) if value in choices else _said(value)


def _said(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return _named(value)
    return str(getattr(value, "as_international", value))


def _named(value: models.Model) -> str:
    """Another row: an organisation or district by name, a meeting by its moment, others by their table."""
    if isinstance(value, District) or value._meta.label == "contacts.Organisation":
        return str(getattr(value, "name", ""))
    starts: datetime | None = getattr(value, "starts_at", None)
    return _said(starts) if starts else labels.table(type(value))


def says_cuts(number: int, grounds: Sequence[str]) -> str:
    """How many passages are left out of a text, and why."""
    left = ngettext("%(n)s passage is left out", "%(n)s passages are left out", number) % {"n": number}
    return f"{left}: {', '.join(grounds)}." if grounds else f"{left}."
