"""Report rows to the change feed when their district becomes part of another district.

The rows themselves have not changed, but their readers have. An API key that covers the old place must erase
its copies, and a key that covers the new place must read them. This can be all rows of a city. So each
transaction handles a window of one table and stores its progress (districts.models.Move).
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from audit.codes import ReasonCode
from audit.models import Action, Change, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Contact, Organisation
from contacts.services.change_feed import KINDS, Kind, kinds, links, seen_in
from districts.models import Move
from districts.services.districts import RECORD_MOVES
from lib.row_context import writes
from lib.waking import wake

WINDOW: Final = 5_000  # rows in one transaction
MAX_SECONDS: Final = 20.0  # then another task continues
FEED_KEPT_FOR: Final = timedelta(days=400)  # how long the feed keeps changes
PURPOSE: Final = ReasonCode.GROUND_MOVED.sent


def report_district_moves() -> int:
    """Continue all moves that are not fully reported, and return the number of rows.

    Safe to run concurrently.
    """
    started, recorded = time.monotonic(), 0
    while (count := _report_next_window()) is not None:
        recorded += count
        if time.monotonic() - started > MAX_SECONDS:
            wake(RECORD_MOVES)
            break
    return recorded


@writes
def _report_next_window() -> int | None:
    """Report one window of the oldest move that no other worker has locked; None if no move is left."""
    move = Move.objects.untold().order_by("pk").select_for_update(skip_locked=True).first()
    if move is None:
        return None
    steps = _steps()
    model, changes_between = steps[move.step]
    rows = model.objects.order_by("pk")
    rows = rows.filter(pk__gt=move.after) if move.after else rows
    window = list(rows.values_list("pk", flat=True)[:WINDOW])
    recorded = _record_by_type(changes_between(move, window[0], window[-1])) if window else 0
    if len(window) < WINDOW:
        move.step, move.after = move.step + 1, None
        move.told_at = timezone.now() if move.step == len(steps) else None
    else:
        move.after = window[-1]
    move.save()
    return recorded


def _record_by_type(changes: Iterable[Changed]) -> int:
    """Record one event for each type of object, and return the number of changes."""
    by_type: dict[str, list[Changed]] = defaultdict(list)
    for change in changes:
        by_type[change.object_type].append(change)
    for changes_of_type in by_type.values():
        record_changes(SYSTEM, Action.UPDATE, changes_of_type, purpose=PURPOSE)
    return sum(map(len, by_type.values()))


ChangesBetween = Callable[[Move, UUID, UUID], Iterator[Changed]]


def _changes_of_kind(kind: Kind) -> ChangesBetween:
    """Return a function that yields changes of a kind between two IDs.

    Its rows are those that an actor of the moved districts alone sees, and rows that refer to them.
    """

    def changes_between(move: Move, first_id: UUID, last_id: UUID) -> Iterator[Changed]:
        moved_actor = Actor(kind="key", district_ids=frozenset(move.part_ids))
        rows = kind.model.objects.filter(*kind.only, pk__range=(first_id, last_id))
        visible_versions = dict(
            rows.filter(_visible_rows(kind, move, moved_actor)).values_list("pk", kind.counter)
        )
        if kind.model is Contact:
            visible_versions |= _former_contacts(moved_actor, first_id, last_id)
        naming_rows = rows.filter(_naming_rows(kind.object_type, moved_actor)).exclude(
            pk__in=visible_versions
        )
        naming_versions = dict(naming_rows.values_list("pk", kind.counter))
        districts_by_id = seen_in(kind, {*naming_versions, *(visible_versions if move.is_rename else ())})
        for pk, version in (visible_versions | naming_versions).items():
            district_ids = () if pk in naming_versions else (*move.lost_ids, *move.gained_ids)
            yield Changed(
                kind.object_type, pk, Op.UPDATED, version, {*district_ids, *districts_by_id.get(pk, ())}
            )

    return changes_between


def _visible_rows(kind: Kind, move: Move, moved_actor: Actor) -> Q:
    """Match rows visible in the moved districts, and rows of districts that their former parts lose."""
    visible = Q(pk__in=kind.model.objects.visible_to(moved_actor).values("pk"))
    return visible | Q(district__in=move.lost_ids) if kind.is_seen_from_parts else visible


def _naming_rows(object_type: str, moved_actor: Actor) -> Q:
    """Match rows of other districts that refer to rows visible in the moved districts."""
    naming = Q(pk__in=())
    for link in links():
        if link.source_type != object_type or link.is_through or link.target_type not in kinds():
            continue
        naming |= Q(
            **{
                f"{link.path}__in": kinds()[link.target_type]
                .model.objects.visible_to(moved_actor)
                .values("pk")
            }
        )
    return naming


def _former_contacts(moved_actor: Actor, first_id: UUID, last_id: UUID) -> dict[UUID, int]:
    """Versions of contacts whose affiliation there has ended without an event, by ID."""
    affiliations = Affiliation.objects.ended_unreported()
    affiliations = affiliations.filter(
        organisation__in=Organisation.objects.visible_to(moved_actor), contact__pk__range=(first_id, last_id)
    )
    return dict(affiliations.values_list("contact", "contact__version"))


def _earlier_changes(move: Move, first_id: UUID, last_id: UUID) -> Iterator[Changed]:
    """Repeat earlier changes for readers who lost the moved districts, since they may not have read them yet.

    These are the last changes of each object there, such as an erasure, unless the losing districts got one
    since.
    """
    if not move.lost_ids:
        return
    later_changes = Change.objects.filter(object_id=OuterRef("object_id"), pk__gt=OuterRef("pk"))
    reaches_losers = Q(district_ids__overlap=move.part_ids) | Q(district_ids__contains=move.lost_ids)
    last_changes = Change.objects.filter(
        ~Exists(later_changes.filter(reaches_losers)),
        pk__range=(first_id, last_id),
        at__gte=move.moved_at - FEED_KEPT_FOR,
        object_type__in=list(kinds()),
        district_ids__overlap=move.part_ids,
    )
    for change in last_changes.exclude(district_ids__contains=move.lost_ids):
        op = Op(change.op) if change.op in GONE else Op.UPDATED
        yield Changed(change.object_type, change.object_id, op, change.version, move.lost_ids, change.into_id)


GONE: Final = (Op.ERASED, Op.MERGED)


def _steps() -> list[tuple[Any, ChangesBetween]]:
    """Each kind of rows in turn. Earlier changes come last, to include objects that leave meanwhile."""
    return [*((kind.model, _changes_of_kind(kind)) for kind in KINDS), (Change, _earlier_changes)]
