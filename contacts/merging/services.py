"""Merging and taking a merge back, each in one transaction.

The merged row is deleted; its id lives on in `Merge`, in the trail and in the change feed (`merged`,
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
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.merging import relations
from contacts.merging.choices import Choices, chosen_values
from contacts.models import UNDO_WITHIN, Contact, ImportedFields, Merge, Organisation
from contacts.policies import can_edit_contact, can_edit_organisation
from contacts.rules.fingerprints import MORE, decided, following, of_extras
from contacts.services.change_feed import (
    districts_of_contacts,
    districts_of_organisations,
    kind_of,
    seen_in,
    tell_of_moves,
)
from contacts.services.changes import Change, lock_versions
from contacts.services.contacts import keep_former_names, save_contacts
from contacts.services.details import FIRST, OTHER, details_of, reached_by
from contacts.services.next_meetings import refresh_meet_by
from contacts.services.organisations import save_organisations
from lib.encrypted_fields import bind_values
from lib.freezing import refuse_frozen
from lib.row_context import acting_as, writes
from lib.wired import Wired

MOST: Final = 10  # rows at once

# Of the kept organisation, those that go, the fields that change, and a memory for each of those that go.
Follow = Callable[
    [Actor, Organisation, Sequence[Organisation], Collection[str], Sequence[relations.Memory]],
    Mapping[str, Any],
]
#: What an app ends before organisations are merged. Each returns fields of the kept one.
FOLLOWERS: Final = Wired[Follow]("contacts.merging.services.FOLLOWERS")


def merge_organisations(
    *, actor: Actor, kept_id: UUID, versions: Mapping[UUID, int], choices: Choices | None = None
) -> Merge:
    """Make `kept_id` the only one of the organisations whose versions are given, itself included.

    Raises DoesNotExist for one the actor does not see, PermissionDenied for one that is read-only,
    StaleVersion, ValidationError by field.
    """
    return _merge(actor, Organisation, kept_id, versions, choices or {})


def merge_contacts(
    *, actor: Actor, kept_id: UUID, versions: Mapping[UUID, int], choices: Choices | None = None
) -> Merge:
    """Make `kept_id` the only one of these people; raises as `merge_organisations` does.

    Somebody who withdrew is not merged: they are not in the book any more.
    """
    return _merge(actor, Contact, kept_id, versions, choices or {})


@writes
def undo_merge(*, actor: Actor, merge_id: UUID) -> Merge:
    """Take a merge back: every row is as it was, with a later version.

    Raises ValidationError after ten minutes or when somebody built on it since, PermissionDenied. Of several
    merges into one row the latest goes first (`later_first`, whose `merge_id` says which): what was chosen in
    it was chosen of what the earlier one had made.
    """
    merge = Merge.objects.standing().select_for_update().get(pk=merge_id)
    model = MODELS[merge.object_type]
    heir_id = Merge.objects.heir_of(merge.object_type, merge.kept_id)
    kept = _locked(actor, model, {heir_id or merge.kept_id: None})[0]
    if merge.memory is None or timezone.now() > merge.merged_at + UNDO_WITHIN:
        raise ValidationError(_("It is too late to undo this merge."), code="too_late")
    in_order = Merge.objects.to_take_back(merge.object_type, kept)
    if merge not in in_order:
        raise ValidationError(_("This record has changed since, so the merge cannot be undone."))
    if merge != in_order[0]:
        later = {"merge_id": in_order[0].pk}
        raise ValidationError(_("Undo the later merge first."), code="later_first", params=later)
    districts = there = _districts(kept)
    before = merge.memory["kept"]
    met_then, met_now = merge.memory["last_met_at"], getattr(kept, "last_met_at", None)
    rows = [_restored(one["row"]) for one in merge.memory["gone"]]
    for one, row in reversed(list(zip(merge.memory["gone"], rows, strict=True))):
        if not relations.moved_back(one["relations"], row):
            raise ValidationError(_("This record has changed since, so the merge cannot be undone."))
    relations.put_back(before)
    if isinstance(kept, Organisation):
        kept.periods.all().delete()
        relations.put_back(merge.memory["periods"])
    kept.refresh_from_db()
    if _moment(met_now) != met_then:
        kept.last_met_at = met_now  # met since
    changed = [
        (kept, merge.kept_version + 1, Op.UPDATED),
        *((row, row.version + 2, Op.CREATED) for row in rows),
    ]
    for row, version, _op in changed:
        earlier = Merge.objects.standing().filter(object_type=merge.object_type, kept_id=row.pk)
        earlier.filter(kept_version=row.version).update(kept_version=version)  # nothing was changed after it
        row.version, row.updated_at = version, timezone.now()
        row.save()
    if model is Organisation:
        refresh_meet_by([row.pk for row, _version, _op in changed])
    districts = districts.union(*(_districts(row) for row in rows), _districts(kept))
    record_changes(
        actor,
        Action.MERGE,
        [Changed(merge.object_type, row.pk, op, version, districts) for row, version, op in changed],
    )
    touched = _together(one["relations"]["touched"] for one in merge.memory["gone"])
    _record_touched(actor, touched, districts)
    _tell_if_moved(actor, kept, there, touched)
    merge.undone_at, merge.memory = timezone.now(), None
    merge.save()
    return merge


def forget_merges(now: datetime) -> int:
    """Drop what would take old merges back; answers how many. It holds copies of what people wrote."""
    old = Merge.objects.filter(memory__isnull=False, merged_at__lt=now - UNDO_WITHIN)
    return old.update(memory=None)


@writes
def _merge(actor: Actor, model: Any, kept_id: UUID, versions: Mapping[UUID, int], choices: Choices) -> Merge:
    if not 2 <= len(versions) <= MOST or kept_id not in versions:
        raise ValidationError(_("Select at least two duplicates. The limit is %(most)s.") % {"most": MOST})
    rows = sorted(_locked(actor, model, versions), key=lambda row: (row.pk != kept_id, row.pk))
    if any(getattr(row, "withdrawn_on", None) for row in rows):
        raise ValidationError(_("A contact who has opted out cannot be merged."))
    refuse_frozen(actor, rows)
    kept, gone, gone_ids = rows[0], rows[1:], [row.pk for row in rows[1:]]
    there = _districts(kept)
    districts = set[UUID]().union(*map(_districts, rows))
    for row in rows:
        refuse_widening(actor, _districts(row), districts)
    homes = {row.home_district_id for row in rows}
    memory: dict[str, Any] = {
        "versions": {str(row.pk): row.version for row in rows},
        "kept": relations.as_it_is([kept, *_imported(rows)]),
        "periods": relations.as_it_is(kept.periods.all()) if model is Organisation else [],
        "gone": [{"row": relations.as_it_is([row])} for row in gone],
    }
    differing = _differing(rows)
    reached = [one for row in rows for one in _reached(row)]
    memories = [relations.Memory() for _row in gone]
    values = dict(chosen_values(rows, choices))
    if model is Organisation:
        names = {name for name, value in values.items() if value != getattr(kept, name)}
        for follow in FOLLOWERS:
            values |= follow(actor, kept, gone, names, memories)
    change = Change(kept, values)
    change.assign()
    touched: list[Mapping[str, Iterable[UUID]]] = []
    for one, row, remembered in zip(memory["gone"], gone, memories, strict=True):
        relations.move_all(row, kept, remembered)
        left = [name for name, counts in relations.count_all([row]).items() if counts[row.pk]]
        if left:
            raise RuntimeError(f"a merge would lose rows of {left}")
        one["relations"] = remembered.as_json()
        touched.append(remembered.touched)
        row.delete()
    if made := _keep_reached(kept, reached):
        memory["gone"][-1]["relations"]["made"][f"{made[0]._meta.label}.owner"] = [
            str(one.pk) for one in made
        ]
        change.names.append(OTHER)
    _keep_what_was_decided(kept, differing, reached)
    _save_kept(change, gone)
    changed = [*change.names, *_also_there(kept, homes)]
    memory["last_met_at"] = _moment(getattr(kept, "last_met_at", None))
    name = object_type(model)
    merge = Merge.objects.create(
        object_type=name,
        kept_id=kept.pk,
        gone_ids=gone_ids,
        kept_version=kept.version,
        memory=memory,
    )
    districts |= _districts(kept)
    record_changes(
        actor,
        Action.MERGE,
        [
            Changed(name, kept.pk, Op.UPDATED, kept.version, districts, field_names=changed),
            *(Changed(name, pk, Op.MERGED, versions[pk] + 1, districts, into_id=kept.pk) for pk in gone_ids),
        ],
    )
    _record_touched(actor, _together(touched), districts)
    _tell_if_moved(actor, kept, there, _together(touched))
    return merge


def _imported(rows: Sequence[Any]) -> list[ImportedFields]:
    """What sources said of organisations, before somebody decides what counts."""
    ids = [row.pk for row in rows if isinstance(row, Organisation)]
    return list(ImportedFields.objects.filter(organisation__in=ids).order_by("pk"))


def _differing(rows: Sequence[Any]) -> list[str]:
    """Fields in which rows differ: whatever each has afterwards, somebody decided."""
    names = [field.attname for field in rows[0]._meta.concrete_fields if field.editable]
    return [name for name in names if any(getattr(row, name) != getattr(rows[0], name) for row in rows)]


def _reached(row: Any) -> list[tuple[str, str]]:
    return [(name, str(getattr(row, name, "") or "")) for name in FIRST.values()]


def _keep_reached(kept: Any, reached: Sequence[tuple[str, str]]) -> list[Any]:
    """Keep each row's first phone, email and website as another of the kept row, and answer those made."""
    known = reached_by(kept, details_of([kept])[kept.pk])
    model = kept.other_details.model
    channels = {name: channel for channel, name in FIRST.items()}
    made = []
    for name, value in reached:
        one = (str(channels[name]), value.casefold())
        if value and one not in known:
            known.add(one)
            made.append(model(owner=kept, channel=channels[name], value=value))
    model.objects.bulk_create(made)
    return made


def _keep_what_was_decided(kept: Any, names: Sequence[str], reached: Sequence[tuple[str, str]]) -> None:
    """From now on no file that names the merged organisation overwrites what a person chose of it."""
    fields = [name.removesuffix("_id") for name in names]
    known = of_extras(one for one in reached if one[1])
    for row in _imported([kept]):
        row.fingerprints = following(decided(row.fingerprints, fields), {MORE: known})
        row.save(update_fields=["fingerprints"])


MODELS: Final[dict[str, Any]] = {"organisation": Organisation, "contact": Contact}


def object_type(model: Any) -> str:
    """As the trail names it: FollowUp is `follow_up`."""
    return camel_case_to_spaces(model.__name__).replace(" ", "_")


def _locked(actor: Actor, model: Any, versions: Mapping[UUID, int | None]) -> list[Any]:
    can_edit: Any = can_edit_organisation if model is Organisation else can_edit_contact
    with acting_as(actor):
        return lock_versions(model.objects.visible_to(actor), versions, lambda row: can_edit(actor, row))


def _districts(row: Any) -> set[UUID]:
    seen_in: Any = districts_of_organisations if isinstance(row, Organisation) else districts_of_contacts
    return set(seen_in([row])[row.pk])


def _also_there(kept: Any, homes: set[UUID]) -> list[str]:
    """An organisation of two districts is also active in the home it does not keep."""
    others: set[Any] = homes - {kept.home_district_id}
    if not isinstance(kept, Organisation) or not others:
        return []
    kept.also_in.add(*others)
    return ["also_in"]


def _save_kept(change: Change, gone: Sequence[Any]) -> None:
    kept = change.row
    kept.clean_fields()
    if isinstance(kept, Organisation):
        met = [row.last_met_at for row in (kept, *gone) if row.last_met_at]
        kept.last_met_at = max(met, default=None)
        save_organisations([change])
        kept.also_in.remove(kept.home_district)
    else:
        for row in gone:
            keep_former_names(kept, [*(row.former_names or ()), str(row)])
        save_contacts([change])


def _restored(written: list[Any]) -> Any:
    """A deleted row, there again; what refers to it moves back by itself."""
    [found] = serializers.deserialize("python", written)
    row: Any = found.object
    bind_values(row)
    found.save()
    row.refresh_from_db()  # without what binds its encrypted values
    return row


def _together(touched: Iterable[Mapping[str, Iterable[Any]]]) -> dict[str, set[UUID]]:
    """By model, the ids of all objects that changed with the rows they own."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for one in touched:
        for label, ids in one.items():
            found[label] |= {UUID(str(pk)) for pk in ids}
    return found


def _record_touched(actor: Actor, touched: Mapping[str, set[UUID]], districts: set[UUID]) -> None:
    """Meetings, promises, concerns and people that name the kept row now are of another version."""
    told = set[UUID]().union(*touched.values())
    for label, ids in touched.items():
        model: Any = apps.get_model(label)
        kind = kind_of(model)
        counter = kind.counter if kind else "version"
        rows = model.objects.filter(pk__in=ids)
        rows.update(**{counter: F(counter) + 1, "updated_at": timezone.now()})
        where = seen_in(kind, ids) if kind else {}
        versions = dict(rows.values_list("pk", counter))
        moved = {pk: districts | where.get(pk, set()) for pk in versions}
        name = kind.object_type if kind else object_type(model)
        shown = set(rows.filter(**dict(kind.only if kind else ())).values_list("pk", flat=True))
        changes = [
            Changed(name, pk, Op.UPDATED if pk in shown else Op.ARCHIVED, version, moved[pk])
            for pk, version in versions.items()
        ]
        if changes:
            record_changes(actor, Action.UPDATE, changes)
        tell_of_moves(actor, name, moved, told=told)


def _tell_if_moved(actor: Actor, kept: Any, before: set[UUID], touched: Mapping[str, set[UUID]]) -> None:
    """What is seen through a row that stays, or names it, is told if its districts are others now."""
    after = _districts(kept)
    if after != before:
        told = set[UUID]().union(*touched.values())
        tell_of_moves(actor, object_type(type(kept)), {kept.pk: before | after}, told=told)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
