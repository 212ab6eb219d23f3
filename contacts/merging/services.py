"""Merge duplicates and undo a merge, each in one transaction.

The merged row is deleted; its id lives on in `Merge`, in the activity log and in the change feed (`merged`,
`into`). Other systems' ids of both resolve to the kept row.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.text import camel_case_to_spaces
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.services.widening import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.merging import relations
from contacts.merging.choices import Choices, chosen_values
from contacts.models import UNDO_WITHIN, Contact, ImportedFields, Merge, Organisation
from contacts.policies import can_edit_contact, can_edit_organisation
from contacts.rules.fingerprints import MORE, after_import, decided, fingerprints_of
from contacts.services.aliases import ALIASES, keep_names
from contacts.services.change_feed import (
    districts_of_contacts,
    districts_of_organisations,
    kind_of,
    record_moves,
    seen_in,
)
from contacts.services.changes import Change, lock_versions
from contacts.services.contacts import keep_former_names, save_contacts
from contacts.services.details import FIRST, OTHER, channels_of, details_of
from contacts.services.next_meetings import refresh_meet_by
from contacts.services.organisations import save_organisations
from lib.encrypted_fields import bind_values
from lib.freezing import refuse_frozen
from lib.row_context import acting_as, writes
from lib.wired import Wired

MOST_MERGED: Final = 10  # rows at once

# The kept organisation, the merged organisations, the fields that change, and a memory for each merged one.
Follow = Callable[
    [Actor, Organisation, Sequence[Organisation], Collection[str], Sequence[relations.Memory]],
    Mapping[str, Any],
]
#: Functions of apps above, called before organisations are merged. Each returns fields of the kept one.
FOLLOWERS: Final = Wired[Follow]("contacts.merging.services.FOLLOWERS")


def merge_organisations(
    *, actor: Actor, kept_id: UUID, versions: Mapping[UUID, int], choices: Choices | None = None
) -> Merge:
    """Merge the organisations in `versions` into `kept_id`, which is among them.

    Raises DoesNotExist if the actor cannot see an organisation, PermissionDenied if the actor cannot edit
    one, StaleVersion, and ValidationError by field.
    """
    return _merge(actor, Organisation, kept_id, versions, choices or {})


def merge_contacts(
    *, actor: Actor, kept_id: UUID, versions: Mapping[UUID, int], choices: Choices | None = None
) -> Merge:
    """Merge the contacts in `versions` into `kept_id`. Raises as `merge_organisations` does.

    Raises ValidationError too if a contact has opted out.
    """
    return _merge(actor, Contact, kept_id, versions, choices or {})


@writes
def undo_merge(*, actor: Actor, merge_id: UUID) -> Merge:
    """Undo a merge: restore every row in a later version.

    Raises PermissionDenied, and ValidationError after 30 days or if a row has changed since. Merges into
    one row are undone latest first, because a later choice depends on the earlier merge. Then the error's
    code is `later_first`, and its `merge_id` is the merge to undo first.
    """
    merge = Merge.objects.standing().select_for_update().get(pk=merge_id)
    model = MODELS[merge.object_type]
    heir_id = Merge.objects.heir_of(merge.object_type, merge.kept_id)
    kept_row = _locked_rows(actor, model, {heir_id or merge.kept_id: None})[0]
    if merge.memory is None or timezone.now() > merge.merged_at + UNDO_WITHIN:
        raise ValidationError(_("It is too late to undo this merge."), code="too_late")
    in_order = Merge.objects.undoable(merge.object_type, kept_row)
    if merge not in in_order:
        raise ValidationError(_("This record has changed since, so the merge cannot be undone."))
    if merge != in_order[0]:
        later = {"merge_id": in_order[0].pk}
        raise ValidationError(_("Undo the later merge first."), code="later_first", params=later)
    districts = districts_before = _districts_of(kept_row)
    before = merge.memory["kept"]
    met_then, met_now = merge.memory["last_met_at"], getattr(kept_row, "last_met_at", None)
    if not relations.are_as_left(merge.memory["left"]):
        raise ValidationError(_("This record has changed since, so the merge cannot be undone."))
    rows = [_restored_row(merged_memory["row"]) for merged_memory in merge.memory["gone"]]
    for merged_memory, row in reversed(list(zip(merge.memory["gone"], rows, strict=True))):
        if not relations.move_back(merged_memory["relations"], row):
            raise ValidationError(_("This record has changed since, so the merge cannot be undone."))
    relations.restore_rows(before)
    if isinstance(kept_row, Organisation):
        kept_row.periods.all().delete()
        relations.restore_rows(merge.memory["periods"])
    kept_row.refresh_from_db()
    if _isoformat(met_now) != met_then:
        kept_row.last_met_at = met_now  # a meeting after the merge
    changed = [
        (kept_row, merge.kept_version + 1, Op.UPDATED),
        *((row, row.version + 2, Op.CREATED) for row in rows),
    ]
    for row, version, _op in changed:
        earlier = Merge.objects.standing().filter(object_type=merge.object_type, kept_id=row.pk)
        earlier.filter(kept_version=row.version).update(kept_version=version)  # no change after that merge
        row.version, row.updated_at = version, timezone.now()
        row.save()
    if model is Organisation:
        refresh_meet_by([row.pk for row, _version, _op in changed])
    districts = districts.union(*(_districts_of(row) for row in rows), _districts_of(kept_row))
    record_changes(
        actor,
        Action.MERGE,
        [Changed(merge.object_type, row.pk, op, version, districts) for row, version, op in changed],
    )
    changed_objects = _ids_by_model(
        merged_memory["relations"]["touched"] for merged_memory in merge.memory["gone"]
    )
    _record_changed_objects(actor, changed_objects, districts)
    _record_move(actor, kept_row, districts_before, changed_objects)
    merge.undone_at, merge.memory = timezone.now(), None
    merge.save()
    return merge


def delete_expired_memory(moment: datetime) -> int:
    """Delete the memory of merges that can no longer be undone: it has copies of personal data.

    Return the number of merges.
    """
    old = Merge.objects.filter(memory__isnull=False, merged_at__lt=moment - UNDO_WITHIN)
    return old.update(memory=None)


@writes
def _merge(actor: Actor, model: Any, kept_id: UUID, versions: Mapping[UUID, int], choices: Choices) -> Merge:
    if not 2 <= len(versions) <= MOST_MERGED or kept_id not in versions:
        raise ValidationError(
            _("Select at least two duplicates. The limit is %(most)s.") % {"most": MOST_MERGED}
        )
    rows = sorted(_locked_rows(actor, model, versions), key=lambda row: (row.pk != kept_id, row.pk))
    if any(getattr(row, "withdrawn_on", None) for row in rows):
        raise ValidationError(_("A contact who has opted out cannot be merged."))
    refuse_frozen(actor, rows)
    kept_row, merged, merged_ids = rows[0], rows[1:], [row.pk for row in rows[1:]]
    districts_before = _districts_of(kept_row)
    districts = set[UUID]().union(*map(_districts_of, rows))
    for row in rows:
        refuse_widening(actor, _districts_of(row), districts)
    homes = {row.home_district_id for row in rows}
    memory: dict[str, Any] = {
        "versions": {str(row.pk): row.version for row in rows},
        "kept": relations.as_json_rows([kept_row, *_imported_fields(rows)]),
        "periods": relations.as_json_rows(kept_row.periods.all()) if model is Organisation else [],
        "gone": [{"row": relations.as_json_rows([row])} for row in merged],
    }
    differing = _differing_fields(rows)
    merged_names = [str(row) for row in rows] if model is Organisation else []
    reached = [channel for row in rows for channel in _own_channels(row)]
    memories = [relations.Memory() for _row in merged]
    values = dict(chosen_values(rows, choices))
    if model is Organisation:
        names = {name for name, value in values.items() if value != getattr(kept_row, name)}
        for follow in FOLLOWERS:
            values |= follow(actor, kept_row, merged, names, memories)
    change = Change(kept_row, values)
    change.assign()
    changed_objects: list[Mapping[str, Iterable[UUID]]] = []
    for merged_memory, row, memory_of_row in zip(memory["gone"], merged, memories, strict=True):
        relations.move_all(row, kept_row, memory_of_row)
        referring = [name for name, counts in relations.reference_counts([row]).items() if counts[row.pk]]
        if referring:
            raise RuntimeError(f"a merge would lose rows of {referring}")
        merged_memory["relations"] = memory_of_row.as_json()
        changed_objects.append(memory_of_row.changed_objects)
        row.delete()
    if new_details := _keep_channels(kept_row, reached):
        memory["gone"][-1]["relations"]["made"][f"{new_details[0]._meta.label}.owner"] = [
            str(detail.pk) for detail in new_details
        ]
        change.names.append(OTHER)
    if isinstance(kept_row, Organisation) and (aliases := keep_names(actor, kept_row, merged_names)):
        memory["gone"][-1]["relations"]["made"]["contacts.OrganisationAlias.organisation"] = aliases
        change.names.append(ALIASES)
    _keep_decisions(kept_row, differing, reached)
    _save_kept(change, merged)
    changed = [*change.names, *_add_other_homes(kept_row, homes)]
    memory["last_met_at"] = _isoformat(getattr(kept_row, "last_met_at", None))
    memory["left"] = relations.rows_as_left(merged_memory["relations"] for merged_memory in memory["gone"])
    name = object_type(model)
    merge = Merge.objects.create(
        object_type=name,
        kept_id=kept_row.pk,
        gone_ids=merged_ids,
        kept_version=kept_row.version,
        memory=memory,
    )
    districts |= _districts_of(kept_row)
    record_changes(
        actor,
        Action.MERGE,
        [
            Changed(name, kept_row.pk, Op.UPDATED, kept_row.version, districts, field_names=changed),
            *(
                Changed(name, pk, Op.MERGED, versions[pk] + 1, districts, into_id=kept_row.pk)
                for pk in merged_ids
            ),
        ],
    )
    _record_changed_objects(actor, _ids_by_model(changed_objects), districts)
    _record_move(actor, kept_row, districts_before, _ids_by_model(changed_objects))
    return merge


def _imported_fields(rows: Sequence[Any]) -> list[ImportedFields]:
    """Return the organisations' fingerprints of imported fields."""
    ids = [row.pk for row in rows if isinstance(row, Organisation)]
    return list(ImportedFields.objects.filter(organisation__in=ids).order_by("pk"))


def _differing_fields(rows: Sequence[Any]) -> list[str]:
    """Return the fields in which rows differ, so that the merge decides their value."""
    names = [field.attname for field in rows[0]._meta.concrete_fields if field.editable]
    return [name for name in names if any(getattr(row, name) != getattr(rows[0], name) for row in rows)]


def _own_channels(row: Any) -> list[tuple[str, str]]:
    return [(name, str(getattr(row, name, "") or "")) for name in FIRST.values()]


def _keep_channels(kept_row: Any, reached: Sequence[tuple[str, str]]) -> list[Any]:
    """Add each row's own phone, email and website to the kept row's other details. Return the new details."""
    known_channels = channels_of(kept_row, details_of([kept_row])[kept_row.pk])
    model = kept_row.other_details.model
    channels = {name: channel for channel, name in FIRST.items()}
    details = []
    for name, value in reached:
        channel_and_value = (str(channels[name]), value.casefold())
        if value and channel_and_value not in known_channels:
            known_channels.add(channel_and_value)
            details.append(model(owner=kept_row, channel=channels[name], value=value))
    model.objects.bulk_create(details)
    return details


def _keep_decisions(kept_row: Any, names: Sequence[str], reached: Sequence[tuple[str, str]]) -> None:
    """Mark fields as decided, so that no later import overwrites the values chosen in the merge."""
    fields = [name.removesuffix("_id") for name in names]
    fingerprints = fingerprints_of(channel for channel in reached if channel[1])
    for row in _imported_fields([kept_row]):
        row.fingerprints = after_import(decided(row.fingerprints, fields), {MORE: fingerprints})
        row.save(update_fields=["fingerprints"])


MODELS: Final[dict[str, Any]] = {"organisation": Organisation, "contact": Contact}


def object_type(model: Any) -> str:
    """Return the model's name in the activity log: FollowUp is `follow_up`."""
    return camel_case_to_spaces(model.__name__).replace(" ", "_")


def _locked_rows(actor: Actor, model: Any, versions: Mapping[UUID, int | None]) -> list[Any]:
    can_edit: Any = can_edit_organisation if model is Organisation else can_edit_contact
    with acting_as(actor):
        return lock_versions(model.objects.visible_to(actor), versions, lambda row: can_edit(actor, row))


def _districts_of(row: Any) -> set[UUID]:
    seen_in: Any = districts_of_organisations if isinstance(row, Organisation) else districts_of_contacts
    return set(seen_in([row])[row.pk])


def _add_other_homes(kept_row: Any, homes: set[UUID]) -> list[str]:
    """Make the kept organisation active in the home districts of the merged ones. Return changed fields."""
    other_homes: set[Any] = homes - {kept_row.home_district_id}
    if not isinstance(kept_row, Organisation) or not other_homes:
        return []
    kept_row.also_in.add(*other_homes)
    return ["also_in"]


def _save_kept(change: Change, merged: Sequence[Any]) -> None:
    kept_row = change.row
    kept_row.clean_fields()
    if isinstance(kept_row, Organisation):
        met = [row.last_met_at for row in (kept_row, *merged) if row.last_met_at]
        kept_row.last_met_at = max(met, default=None)
        save_organisations([change])
        kept_row.also_in.remove(kept_row.home_district)
    else:
        for row in merged:
            keep_former_names(kept_row, [*(row.former_names or ()), str(row)])
        save_contacts([change])


def _restored_row(written: list[Any]) -> Any:
    """Insert a deleted row again and return it. `relations.move_back` moves its references."""
    [deserialised] = serializers.deserialize("python", written)
    row: Any = deserialised.object
    bind_values(row)
    deserialised.save()
    row.refresh_from_db()  # discards the helper that binds encrypted values
    return row


def _ids_by_model(changed_objects: Iterable[Mapping[str, Iterable[Any]]]) -> dict[str, set[UUID]]:
    """Return the IDs of all changed objects, by model."""
    ids_by_model: dict[str, set[UUID]] = defaultdict(set)
    for ids_of_merge in changed_objects:
        for label, ids in ids_of_merge.items():
            ids_by_model[label] |= {UUID(str(pk)) for pk in ids}
    return ids_by_model


def _record_changed_objects(
    actor: Actor, changed_objects: Mapping[str, set[UUID]], districts: set[UUID]
) -> None:
    """Write and record, in their next version, the objects that refer to the kept row now."""
    changed_ids = set[UUID]().union(*changed_objects.values())
    for label, ids in changed_objects.items():
        model: Any = apps.get_model(label)
        kind = kind_of(model)
        counter = kind.counter if kind else "version"
        rows = model.objects.filter(pk__in=ids)
        rows.update(**{counter: F(counter) + 1, "updated_at": timezone.now()})
        districts_by_id = seen_in(kind, ids) if kind else {}
        versions = dict(rows.values_list("pk", counter))
        moved = {pk: districts | districts_by_id.get(pk, set()) for pk in versions}
        name = kind.object_type if kind else object_type(model)
        listed_ids = set(rows.filter(**dict(kind.only if kind else ())).values_list("pk", flat=True))
        changes = [
            Changed(name, pk, Op.UPDATED if pk in listed_ids else Op.ARCHIVED, version, moved[pk])
            for pk, version in versions.items()
        ]
        if changes:
            record_changes(actor, Action.UPDATE, changes)
        record_moves(actor, name, moved, already_recorded=changed_ids)


def _record_move(
    actor: Actor, kept_row: Any, before: set[UUID], changed_objects: Mapping[str, set[UUID]]
) -> None:
    """If the kept row is visible in other districts now, record the rows that depend on it."""
    after = _districts_of(kept_row)
    if after != before:
        changed_ids = set[UUID]().union(*changed_objects.values())
        record_moves(
            actor, object_type(type(kept_row)), {kept_row.pk: before | after}, already_recorded=changed_ids
        )


def _isoformat(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
