"""Move all references from a merged row to the kept row. Django's own list of relations is complete.

If a row would then exist twice (both organisations attended the same meeting), the two rows become one. Empty
fields of the kept row are filled from the other row, and a yes outweighs a no. `Memory` records every step
for an undo.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from contacts.services.details import channels_of
from lib.days import days_left
from lib.encrypted_fields import bind_values
from lib.ids import uuid7
from lib.wired import Wired

Rows = models.QuerySet[Any]
Model = type[models.Model]

#: Models of apps above whose rows end by themselves within minutes. Undoing a merge moves back those that are
#: left, and their end is no change of the merged records.
PASSING: Final = Wired[Model]("contacts.merging.relations.PASSING")


@dataclass(slots=True)
class Memory:
    """The data for undoing a merge, as plain JSON: rows moved, deleted, filled (as before) and created.

    `moved` and `created` have IDs by `model.field`. `changed_objects` are objects to write in their next
    version, by model.
    """

    moved: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[Any] = field(default_factory=list)
    filled: list[Any] = field(default_factory=list)
    created: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    changed_objects: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def remember(self, rows: Sequence[models.Model], *, counter: str) -> None:
        """Store rows as they are before a merge changes them. An undo restores them in a later version."""
        for row in as_json_rows(rows):
            row["fields"][counter] += 2
            self.filled.append(row)

    def as_json(self) -> dict[str, Any]:
        return {
            "moved": {name: list(map(str, ids)) for name, ids in self.moved.items()},
            "deleted": self.deleted,
            "filled": self.filled,
            "made": {name: list(map(str, ids)) for name, ids in self.created.items()},
            "touched": {name: sorted(map(str, ids)) for name, ids in self.changed_objects.items()},
        }


def relations(model: Model) -> list[Any]:
    """Return the foreign keys to this model, including those of many-to-many tables."""
    fields = model._meta.get_fields(include_hidden=True)
    return [rel for rel in fields if rel.auto_created and not rel.concrete and not rel.many_to_many]


class _ToTheMicrosecond(DjangoJSONEncoder):
    """Encode moments with microseconds, as the database has them. Django's encoder drops microseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def as_json_rows(rows: Any) -> list[Any]:
    """Return rows as plain JSON for `restore_rows`."""
    written: list[Any] = json.loads(serializers.serialize("json", rows, cls=_ToTheMicrosecond))
    return written


def restore_rows(rows: list[Any]) -> None:
    for row in serializers.deserialize("python", rows):
        bind_values(row.object)
        row.save()


def move_all(merged: models.Model, kept_row: models.Model, memory: Memory) -> None:
    """Make all rows that refer to `merged` refer to `kept_row`."""
    for relation in relations(type(merged)):
        rows = relation.related_model._base_manager.filter(**{relation.field.name: merged})
        _note_changed_objects(rows, relation, memory)
        if relation.related_model in MERGERS:
            MERGERS[relation.related_model](rows, kept_row, memory)
        elif relation.related_model._meta.auto_created is type(merged):
            _move_rows(rows, relation.field, kept_row, Memory())  # the restored row has its own list again
        else:
            _move_rows(rows, relation.field, kept_row, memory)


def move_back(memory: Mapping[str, Any], restored: models.Model) -> bool:
    """Undo `move_all` for `restored`. Return False if a row that was moved or created has changed since."""
    for name, ids in memory["made"].items():
        model, _field = _model_and_field(name)
        if model._base_manager.filter(pk__in=ids).delete()[0] < len(ids):
            return False
    for name, ids in memory["moved"].items():
        model, field_name = _model_and_field(name)
        number_moved = model._base_manager.filter(pk__in=ids).update(**{field_name: restored})
        if number_moved < len(ids) and model not in PASSING:
            return False
    restore_rows(memory["deleted"])
    restore_rows(memory["filled"])  # last, because a deleted row may have lost a flag first
    return True


def rows_as_left(memories: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the rows that a merge filled, as it leaves them, as plain JSON."""
    filled = {(row["model"], str(row["pk"])) for memory in memories for row in memory["filled"]}
    return [row for label, pk in sorted(filled) for row in _current_rows(label, [pk])]


def are_as_left(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows that a merge filled still have all values that it left (`rows_as_left`).

    Versions and times of writing do not count: an undone later merge raises them.
    """
    return all(
        [_own_values(current) for current in _current_rows(row["model"], [row["pk"]])] == [_own_values(row)]
        for row in rows
    )


def _current_rows(label: str, ids: Sequence[Any]) -> list[Any]:
    return as_json_rows(apps.get_model(label)._base_manager.filter(pk__in=ids))


def _own_values(row: Mapping[str, Any]) -> dict[str, Any]:
    is_counted = ("version", "revision", "updated_at")
    return {name: value for name, value in row["fields"].items() if not name.endswith(is_counted)}


def reference_counts(rows: Sequence[models.Model]) -> dict[str, dict[UUID, int]]:
    """Count the rows that refer to each of `rows`, by relation (`model.field`) and ID."""
    counts = {}
    for rel in relations(type(rows[0])):
        name = rel.field.name
        referring = rel.related_model._base_manager.filter(**{f"{name}__in": rows}).order_by()
        count_by_row = dict(referring.values_list(name).annotate(n=models.Count("pk")))
        counts[f"{rel.related_model._meta.label}.{name}"] = {
            row.pk: count_by_row.get(row.pk, 0) for row in rows
        }
    return counts


def referenced_rows(rows: Sequence[models.Model], owned_models: Collection[Model]) -> set[UUID]:
    """Return the IDs of `rows`, all of one model, that rows of other models than `owned_models` refer to."""
    names = {model._meta.label for model in owned_models}
    counts = reference_counts(rows) if rows else {}
    counts_by_row = [by_row for name, by_row in counts.items() if name.rpartition(".")[0] not in names]
    return {pk for by_row in counts_by_row for pk, n in by_row.items() if n}


def owner_field(model: Model, merged: Model) -> Any:
    """Return the field for the object that owns a row and changes with it, or None.

    An object owns the rows that are deleted with it, such as a contact's roles.
    """
    for column in model._meta.concrete_fields:
        if isinstance(column, models.ForeignKey) and column.remote_field.on_delete is models.CASCADE:
            versioned = any(f.name == "version" for f in column.related_model._meta.concrete_fields)
            is_owner = model._meta.auto_created in (False, column.related_model)  # of a many-to-many table
            if versioned and column.related_model is not merged and is_owner:
                return column
    return None


def is_object(model: Model) -> bool:
    """Whether rows of `model` are objects with a version, or are in the change feed."""
    return kind_of(model) is not None or any(f.name == "version" for f in model._meta.concrete_fields)


def _note_changed_objects(rows: Rows, relation: Any, memory: Memory) -> None:
    model = relation.related_model
    if model in PASSING:
        return
    if is_object(model):
        memory.changed_objects[model._meta.label] |= set(rows.values_list("pk", flat=True))
    elif link := owner_field(model, relation.model):
        memory.changed_objects[link.related_model._meta.label] |= set(
            rows.values_list(link.attname, flat=True)
        )


def _move_rows(rows: Rows, link: Any, kept_row: models.Model, memory: Memory) -> None:
    model = link.model
    kept_rows = model._base_manager.filter(**{link.name: kept_row})
    for names, condition in _unique_with(model, link.name):
        if names:
            _merge_twins(rows.filter(condition), kept_rows.filter(condition), names, memory)
        elif link.unique or link.primary_key:
            _merge_twins(rows, kept_rows, (), memory)
        elif kept_rows.filter(condition).exists():
            _clear_flags(rows.filter(condition), condition, memory)
    if link.primary_key:
        _recreate(rows, link, kept_row, memory)
        return
    ids = list(rows.values_list("pk", flat=True))
    model._base_manager.filter(pk__in=ids).update(**{link.name: kept_row})
    memory.moved[f"{model._meta.label}.{link.name}"] += ids


def _unique_with(model: Model, name: str) -> Iterator[tuple[tuple[str, ...], Q]]:
    """Yield the unique constraints with `name`: their other columns, and their conditions.

    Constraints on `name` alone come first.
    """
    link = model._meta.get_field(name)
    unique_sets = [(tuple(names), Q()) for names in model._meta.unique_together]
    unique_sets += [
        (tuple(constraint.fields), constraint.condition or Q())
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    if getattr(link, "unique", False):
        unique_sets.append(((name,), Q()))
    matching = [
        (tuple(n for n in names if n != name), condition) for names, condition in unique_sets if name in names
    ]
    yield from sorted(matching, key=lambda constraint: len(constraint[0]))


def _merge_twins(rows: Rows, kept_rows: Rows, names: tuple[str, ...], memory: Memory) -> None:
    twins = {tuple(row[1:]): row[0] for row in kept_rows.values_list("pk", *names)}
    doubled = [(row, twins[key]) for row in rows.all() if (key := _column_values(row, names)) in twins]
    if not doubled:
        return
    kept_twins = kept_rows.in_bulk([pk for _row, pk in doubled])
    memory.deleted += as_json_rows([row for row, _pk in doubled])
    for row, pk in doubled:
        before = as_json_rows([kept_twins[pk]])
        if _fill_empty(kept_twins[pk], row):
            memory.filled += before
            kept_twins[pk].save()
    rows.model._base_manager.filter(pk__in=[row.pk for row, _pk in doubled]).delete()


def _column_values(row: models.Model, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, row._meta.get_field(name).attname) for name in names)  # type: ignore[union-attr]  # names of columns


def _fill_empty(twin: Any, row: Any) -> bool:
    """Fill empty columns of `twin` from `row`. Return whether any was filled.

    The twin exists since the earlier moment of both. An empty `since` is earlier than any other.
    """
    filled = False
    for column in row._meta.concrete_fields:
        if column.name == "since":
            earlier = min(twin.since, row.since) if twin.since and row.since else None
            filled, twin.since = filled or earlier != twin.since, earlier
        elif not column.primary_key and not getattr(twin, column.attname) and getattr(row, column.attname):
            setattr(twin, column.attname, getattr(row, column.attname))
            filled = True
    return filled


def _clear_flags(rows: Rows, condition: Q, memory: Memory) -> None:
    """Set the flags in `condition` to no. Only one row may have them, and the kept row has it already."""
    conditions: dict[str, object] = dict(child for child in condition.children if isinstance(child, tuple))
    memory.filled += as_json_rows(rows)
    rows.update(**{name: False for name, value in conditions.items() if value is True and "__" not in name})


def _recreate(rows: Rows, link: Any, kept_row: models.Model, memory: Memory) -> None:
    """Delete rows whose primary key is the merged row's, and insert them under the kept row."""
    for row in rows:
        memory.deleted += as_json_rows([row])
        row.delete()
        setattr(row, link.name, kept_row)
        row.save(force_insert=True)
        memory.created[f"{link.model._meta.label}.{link.name}"].append(row.pk)


def _merge_periods(rows: Rows, kept_row: Any, memory: Memory) -> None:
    """Move earlier periods to the kept organisation, up to its own first period. Delete the other periods."""
    kept_since = OrganisationPeriod.objects.filter(organisation=kept_row).aggregate(
        first=models.Min("since")
    )["first"]
    memory.deleted += as_json_rows(rows)
    for period in rows.filter(since__lt=kept_since) if kept_since else rows:
        until = min(filter(None, (period.until, kept_since)), default=None)
        earlier = OrganisationPeriod(organisation_id=kept_row.pk, since=period.since, until=until)
        for column in OrganisationPeriod._meta.fields:
            if column.name not in ("id", "organisation", "since", "until"):
                setattr(earlier, column.attname, getattr(period, column.attname))
        earlier.entered_at = timezone.now()  # recorded now: they were one organisation
        earlier.save()
        memory.created[f"{OrganisationPeriod._meta.label}.organisation"].append(earlier.pk)
    rows.delete()


def _merge_declarations(rows: Rows, kept_row: Any, memory: Memory) -> None:
    """Move declarations to the kept organisation, without the days that it declared already."""
    declared = FocusDeclaration.objects.filter(organisation=kept_row, superseded_at=None)
    for row in rows.order_by("declared_on"):
        kept_declarations = list(declared.filter(focus=row.focus).order_by("declared_on"))
        days = days_left(row.days, [declaration.days for declaration in kept_declarations])
        if row.superseded_at or days == [row.days]:
            memory.moved[f"{FocusDeclaration._meta.label}.organisation"].append(row.pk)
            rows.model._base_manager.filter(pk=row.pk).update(organisation=kept_row)
            continue
        memory.deleted += as_json_rows([row])
        row.delete()
        for since, until in days:
            row.pk, row.organisation, row.declared_on, row.withdrawn_on = uuid7(), kept_row, since, until
            row.entered_at = timezone.now()
            row.save(force_insert=True)
            memory.created[f"{FocusDeclaration._meta.label}.organisation"].append(row.pk)
        if row.evidence_url and not kept_declarations[-1].evidence_url:
            memory.filled += as_json_rows([kept_declarations[-1]])
            kept_declarations[-1].evidence_url = row.evidence_url
            kept_declarations[-1].save()


def _merge_imported_fields(rows: Rows, kept_row: Any, memory: Memory) -> None:
    """Combine the fingerprints of a source that had both organisations: neither value is a correction."""
    kept_by_source = {row.source: row for row in ImportedFields.objects.filter(organisation=kept_row)}
    for row in rows:
        if twin := kept_by_source.get(row.source):
            memory.filled += as_json_rows([twin])
            memory.deleted += as_json_rows([row])
            twin.fingerprints = combined(twin.fingerprints, row.fingerprints)
            twin.save()
            row.delete()
        else:
            memory.moved[f"{ImportedFields._meta.label}.organisation"].append(row.pk)
            rows.model._base_manager.filter(pk=row.pk).update(organisation=kept_row)


def _merge_details(rows: Rows, kept_row: Any, memory: Memory) -> None:
    """Move other details to the kept row, and delete those that it already has in any column."""
    known_channels = channels_of(kept_row, kept_row.other_details.all())
    for row in rows.order_by("pk"):
        if (row.channel, row.value.casefold()) in known_channels:
            memory.deleted += as_json_rows([row])
            row.delete()
        else:
            memory.moved[f"{row._meta.label}.owner"].append(row.pk)
            rows.model._base_manager.filter(pk=row.pk).update(owner=kept_row)


MERGERS: Final = {
    OrganisationPeriod: _merge_periods,
    FocusDeclaration: _merge_declarations,
    ImportedFields: _merge_imported_fields,
    OrganisationDetail: _merge_details,
    ContactDetail: _merge_details,
}


def needs_own_merger(model: Model) -> bool:
    """Whether the model has an exclusion constraint, which merging twins cannot satisfy."""
    return any(isinstance(constraint, ExclusionConstraint) for constraint in model._meta.constraints)


def _model_and_field(name: str) -> tuple[Any, str]:
    label, _dot, field_name = name.rpartition(".")
    return apps.get_model(label), field_name
