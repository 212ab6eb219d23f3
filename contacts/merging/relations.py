"""Moving whatever refers to a row, found by Django's own list of relations so that none is forgotten.

A row that would be there twice (both organisations were at the same meeting) becomes one: what the kept
row leaves empty is filled from the other, and a yes outweighs a no. Everything done is remembered.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from contacts.models import (
    ContactDetail,
    FocusDeclaration,
    ImportedFields,
    OrganisationDetail,
    OrganisationPeriod,
)
from contacts.rules.fingerprints import combined
from contacts.services.change_feed import kind_of
from contacts.services.details import reached_by
from lib.days import days_left
from lib.encrypted_fields import bind_values
from lib.ids import uuid7

Rows = models.QuerySet[Any]
Model = type[models.Model]


@dataclass(slots=True)
class Memory:
    """Plain JSON: which rows were moved (`model.field` → ids), deleted and filled (as they were before)."""

    moved: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[Any] = field(default_factory=list)
    filled: list[Any] = field(default_factory=list)
    made: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    touched: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def remember(self, rows: Sequence[models.Model], *, counter: str) -> None:
        """Keep rows as they are before a merge changes them, with a later version for when they are back."""
        for row in as_it_is(rows):
            row["fields"][counter] += 2
            self.filled.append(row)

    def as_json(self) -> dict[str, Any]:
        return {
            "moved": {name: list(map(str, ids)) for name, ids in self.moved.items()},
            "deleted": self.deleted,
            "filled": self.filled,
            "made": {name: list(map(str, ids)) for name, ids in self.made.items()},
            "touched": {name: sorted(map(str, ids)) for name, ids in self.touched.items()},
        }


def relations(model: Model) -> list[Any]:
    """Foreign keys of other rows to this model, those of many-to-many tables included."""
    found = model._meta.get_fields(include_hidden=True)
    return [rel for rel in found if rel.auto_created and not rel.concrete and not rel.many_to_many]


class _ToTheMicrosecond(DjangoJSONEncoder):
    """Moments as they are kept: Django's own writes them to the millisecond."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def as_it_is(rows: Any) -> list[Any]:
    """Rows as plain JSON, to be put back by `put_back`."""
    written: list[Any] = json.loads(serializers.serialize("json", rows, cls=_ToTheMicrosecond))
    return written


def put_back(rows: list[Any]) -> None:
    for row in serializers.deserialize("python", rows):
        bind_values(row.object)
        row.save()


def move_all(gone: models.Model, kept: models.Model, memory: Memory) -> None:
    """Make everything that refers to `gone` refer to `kept`."""
    for relation in relations(type(gone)):
        rows = relation.related_model._base_manager.filter(**{relation.field.name: gone})
        _touch(rows, relation, memory)
        if relation.related_model in BY_HAND:
            BY_HAND[relation.related_model](rows, kept, memory)
        elif relation.related_model._meta.auto_created is type(gone):
            _move(rows, relation.field, kept, Memory())  # a row of either remembers its own list
        else:
            _move(rows, relation.field, kept, memory)


def moved_back(memory: Mapping[str, Any], gone: models.Model) -> bool:
    """Undo `move_all` for `gone`, which is there again; answers whether everything was still in place."""
    for name, ids in memory["made"].items():
        model, _field = _named(name)
        if model._base_manager.filter(pk__in=ids).delete()[0] < len(ids):
            return False
    for name, ids in memory["moved"].items():
        model, field_name = _named(name)
        if model._base_manager.filter(pk__in=ids).update(**{field_name: gone}) < len(ids):
            return False
    put_back(memory["deleted"])
    put_back(memory["filled"])  # last: what gave way before it was deleted gets its yes back
    return True


def count_all(rows: Sequence[models.Model]) -> dict[str, dict[UUID, int]]:
    """By relation (`model.field`) and by row, how many rows refer to it: what a merge brings together."""
    counts = {}
    for rel in relations(type(rows[0])):
        name = rel.field.name
        referring = rel.related_model._base_manager.filter(**{f"{name}__in": rows}).order_by()
        found = dict(referring.values_list(name).annotate(n=models.Count("pk")))
        counts[f"{rel.related_model._meta.label}.{name}"] = {row.pk: found.get(row.pk, 0) for row in rows}
    return counts


def built_upon(rows: Sequence[models.Model], own: Collection[Model]) -> set[UUID]:
    """Which of `rows`, all of one model, something refers to besides rows of the models they own."""
    names = {model._meta.label for model in own}
    counts = count_all(rows) if rows else {}
    others = [by_row for name, by_row in counts.items() if name.rpartition(".")[0] not in names]
    return {pk for by_row in others for pk, n in by_row.items() if n}


def owner(model: Model, merged: Model) -> Any:
    """The field that names the object a row belongs to and changes with; None for what is nobody's child.

    What deletes a row owns it: a meeting its list of organisations, a person their roles.
    """
    for one in model._meta.concrete_fields:
        if isinstance(one, models.ForeignKey) and one.remote_field.on_delete is models.CASCADE:
            versioned = any(f.name == "version" for f in one.related_model._meta.concrete_fields)
            if versioned and one.related_model is not merged and not model._meta.auto_created:
                return one
    return None


def is_object(model: Model) -> bool:
    """Whether rows of it are objects of their own, with a version or a place in the change feed."""
    return kind_of(model) is not None or any(f.name == "version" for f in model._meta.concrete_fields)


def _touch(rows: Rows, relation: Any, memory: Memory) -> None:
    model = relation.related_model
    if is_object(model):
        memory.touched[model._meta.label] |= set(rows.values_list("pk", flat=True))
    elif link := owner(model, relation.model):
        memory.touched[link.related_model._meta.label] |= set(rows.values_list(link.attname, flat=True))


def _move(rows: Rows, link: Any, kept: models.Model, memory: Memory) -> None:
    model = link.model
    others = model._base_manager.filter(**{link.name: kept})
    for names, condition in _unique_with(model, link.name):
        if names:
            _make_one_of_twins(rows.filter(condition), others.filter(condition), names, memory)
        elif link.unique or link.primary_key:
            _make_one_of_twins(rows, others, (), memory)
        elif others.filter(condition).exists():
            _yield(rows.filter(condition), condition, memory)
    if link.primary_key:
        _copy(rows, link, kept, memory)
        return
    ids = list(rows.values_list("pk", flat=True))
    model._base_manager.filter(pk__in=ids).update(**{link.name: kept})
    memory.moved[f"{model._meta.label}.{link.name}"] += ids


def _unique_with(model: Model, name: str) -> Iterator[tuple[tuple[str, ...], Q]]:
    """What else makes a row that names `name` unique, and among which rows; those without else come first."""
    link = model._meta.get_field(name)
    found = [(tuple(names), Q()) for names in model._meta.unique_together]
    found += [
        (tuple(constraint.fields), constraint.condition or Q())
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    if getattr(link, "unique", False):
        found.append(((name,), Q()))
    with_it = [
        (tuple(n for n in names if n != name), condition) for names, condition in found if name in names
    ]
    yield from sorted(with_it, key=lambda one: len(one[0]))


def _make_one_of_twins(rows: Rows, others: Rows, names: tuple[str, ...], memory: Memory) -> None:
    twins = {tuple(row[1:]): row[0] for row in others.values_list("pk", *names)}
    doubled = [(row, twins[key]) for row in rows.all() if (key := _key(row, names)) in twins]
    if not doubled:
        return
    there = others.in_bulk([pk for _row, pk in doubled])
    memory.filled += as_it_is(list(there.values()))
    memory.deleted += as_it_is([row for row, _pk in doubled])
    for row, pk in doubled:
        if _fill(there[pk], row):
            there[pk].save()
    rows.model._base_manager.filter(pk__in=[row.pk for row, _pk in doubled]).delete()


def _key(row: models.Model, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, row._meta.get_field(name).attname) for name in names)  # type: ignore[union-attr]  # names of columns


def _fill(twin: Any, row: Any) -> bool:
    """Give the kept row what it leaves empty."""
    filled = False
    for one in row._meta.concrete_fields:
        if not one.primary_key and not getattr(twin, one.attname) and getattr(row, one.attname):
            setattr(twin, one.attname, getattr(row, one.attname))
            filled = True
    return filled


def _yield(rows: Rows, condition: Q, memory: Memory) -> None:
    """Only one may say yes (the first to call), and the kept row has one: those of the other say no."""
    asked: dict[str, object] = dict(child for child in condition.children if isinstance(child, tuple))
    memory.filled += as_it_is(rows)
    rows.update(**{name: False for name, value in asked.items() if value is True and "__" not in name})


def _copy(rows: Rows, link: Any, kept: models.Model, memory: Memory) -> None:
    """A row whose key is the other's key: made anew under the kept one."""
    for row in rows:
        memory.deleted += as_it_is([row])
        row.delete()
        setattr(row, link.name, kept)
        row.save(force_insert=True)
        memory.made[f"{link.model._meta.label}.{link.name}"].append(row.pk)


def _earlier_periods(rows: Rows, kept: Any, memory: Memory) -> None:
    """What was so of the other before the kept one was in the book is its past now; the rest is dropped."""
    first = OrganisationPeriod.objects.filter(organisation=kept).aggregate(first=models.Min("since"))["first"]
    memory.deleted += as_it_is(rows)
    for period in rows.filter(since__lt=first) if first else rows:
        until = min(filter(None, (period.until, first)), default=None)
        made = OrganisationPeriod(organisation_id=kept.pk, since=period.since, until=until)
        for dated in OrganisationPeriod._meta.fields:
            if dated.name not in ("id", "organisation", "since", "until"):
                setattr(made, dated.attname, getattr(period, dated.attname))
        made.entered_at = timezone.now()  # learned now: it was one organisation
        made.save()
        memory.made[f"{OrganisationPeriod._meta.label}.organisation"].append(made.pk)
    rows.delete()


def _declarations(rows: Rows, kept: Any, memory: Memory) -> None:
    """What only the other said, or at another time, is the kept one's word too; nothing is said twice."""
    declared = FocusDeclaration.objects.filter(organisation=kept, superseded_at=None)
    for row in rows.order_by("declared_on"):
        said = list(declared.filter(focus=row.focus).order_by("declared_on"))
        days = days_left(row.days, [one.days for one in said])
        if row.superseded_at or days == [row.days]:
            memory.moved[f"{FocusDeclaration._meta.label}.organisation"].append(row.pk)
            rows.model._base_manager.filter(pk=row.pk).update(organisation=kept)
            continue
        memory.deleted += as_it_is([row])
        row.delete()
        for since, until in days:
            row.pk, row.organisation, row.declared_on, row.withdrawn_on = uuid7(), kept, since, until
            row.entered_at = timezone.now()
            row.save(force_insert=True)
            memory.made[f"{FocusDeclaration._meta.label}.organisation"].append(row.pk)
        if row.evidence_url and not said[-1].evidence_url:
            memory.filled += as_it_is([said[-1]])
            said[-1].evidence_url = row.evidence_url
            said[-1].save()


def _what_was_imported(rows: Rows, kept: Any, memory: Memory) -> None:
    """A source that named both has said two things of the one: neither of them is a correction later."""
    there = {row.source: row for row in ImportedFields.objects.filter(organisation=kept)}
    for row in rows:
        if twin := there.get(row.source):
            memory.filled += as_it_is([twin])
            memory.deleted += as_it_is([row])
            twin.fingerprints = combined(twin.fingerprints, row.fingerprints)
            twin.save()
            row.delete()
        else:
            memory.moved[f"{ImportedFields._meta.label}.organisation"].append(row.pk)
            rows.model._base_manager.filter(pk=row.pk).update(organisation=kept)


def _ways_to_reach(rows: Rows, kept: Any, memory: Memory) -> None:
    """A phone or an address that the kept row has already, as its first or beside it, is not listed again."""
    known = reached_by(kept, kept.other_details.all())
    for row in rows.order_by("pk"):
        if (row.channel, row.value.casefold()) in known:
            memory.deleted += as_it_is([row])
            row.delete()
        else:
            memory.moved[f"{row._meta.label}.owner"].append(row.pk)
            rows.model._base_manager.filter(pk=row.pk).update(owner=kept)


BY_HAND: Final = {
    OrganisationPeriod: _earlier_periods,
    FocusDeclaration: _declarations,
    ImportedFields: _what_was_imported,
    OrganisationDetail: _ways_to_reach,
    ContactDetail: _ways_to_reach,
}


def needs_hand(model: Model) -> bool:
    """Whether rows exclude each other in a way that a twin does not settle."""
    return any(isinstance(one, ExclusionConstraint) for one in model._meta.constraints)


def _named(name: str) -> tuple[Any, str]:
    label, _dot, field_name = name.rpartition(".")
    return apps.get_model(label), field_name
