"""Telling the change feed of what is seen through a district that came to lie elsewhere.

The rows have not changed themselves, but who sees them has: a tool that covers the ground before must
erase its copies, one that covers the ground now must read them. It may be a city's whole book, so each
transaction goes through a window of one table and notes how far it is (districts.models.Move).
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
from districts.services.districts import TELL_OF_MOVES
from lib.row_context import writes
from lib.waking import wake

WINDOW: Final = 5_000  # rows gone through in one transaction
MAX_SECONDS: Final = 20.0  # then another task goes on
KEPT: Final = timedelta(days=400)  # how long the feed keeps changes
PURPOSE: Final = ReasonCode.GROUND_MOVED.sent


def tell_of_moved_ground() -> int:
    """Go on with every move that is not told; answers how many rows were told of. May run twice at once."""
    started, told = time.monotonic(), 0
    while (count := _go_on()) is not None:
        told += count
        if time.monotonic() - started > MAX_SECONDS:
            wake(TELL_OF_MOVES)
            break
    return told


@writes
def _go_on() -> int | None:
    """One window of the oldest move that nobody else is at; None where there is nothing to do."""
    move = Move.objects.untold().order_by("pk").select_for_update(skip_locked=True).first()
    if move is None:
        return None
    steps = _steps()
    model, find = steps[move.step]
    rows = model.objects.order_by("pk")
    rows = rows.filter(pk__gt=move.after) if move.after else rows
    window = list(rows.values_list("pk", flat=True)[:WINDOW])
    told = _record(find(move, window[0], window[-1])) if window else 0
    if len(window) < WINDOW:
        move.step, move.after = move.step + 1, None
        move.told_at = timezone.now() if move.step == len(steps) else None
    else:
        move.after = window[-1]
    move.save()
    return told


def _record(changes: Iterable[Changed]) -> int:
    """An event is about objects of one type."""
    by_type: dict[str, list[Changed]] = defaultdict(list)
    for change in changes:
        by_type[change.object_type].append(change)
    for found in by_type.values():
        record_changes(SYSTEM, Action.UPDATE, found, purpose=PURPOSE)
    return sum(map(len, by_type.values()))


Find = Callable[[Move, UUID, UUID], Iterator[Changed]]


def _seen_there(kind: Kind) -> Find:
    """What a tool that covers nothing but the moved ground sees, between two ids."""

    def find(move: Move, first: UUID, last: UUID) -> Iterator[Changed]:
        there = Actor(kind="key", district_ids=frozenset(move.part_ids))
        rows = kind.model.objects.filter(*kind.only, pk__range=(first, last))
        here = dict(rows.filter(_seen_by(kind, move, there)).values_list("pk", kind.counter))
        if kind.model is Contact:
            here |= _spoke_for(there, first, last)
        named = rows.filter(_names(kind.object_type, there)).exclude(pk__in=here)
        naming = dict(named.values_list("pk", kind.counter))
        where = seen_in(kind, {*naming, *(here if move.is_rename else ())})
        for pk, version in (here | naming).items():
            ground = () if pk in naming else (*move.lost_ids, *move.gained_ids)
            yield Changed(kind.object_type, pk, Op.UPDATED, version, {*ground, *where.get(pk, ())})

    return find


def _seen_by(kind: Kind, move: Move, there: Actor) -> Q:
    """Rows that are seen there, and those of a district that its parts see no longer."""
    seen = Q(pk__in=kind.model.objects.visible_to(there).values("pk"))
    return seen | Q(district__in=move.lost_ids) if kind.is_seen_from_parts else seen


def _names(object_type: str, there: Actor) -> Q:
    """Rows that are seen elsewhere, and show what is seen there to whoever sees both."""
    found = Q(pk__in=())
    for link in links():
        if link.source_type != object_type or link.is_through or link.target_type not in kinds():
            continue
        found |= Q(
            **{f"{link.path}__in": kinds()[link.target_type].model.objects.visible_to(there).values("pk")}
        )
    return found


def _spoke_for(there: Actor, first: UUID, last: UUID) -> dict[UUID, int]:
    """People whose role for an organisation there has ended, and who are not told of yet."""
    ended = Affiliation.objects.ended_unreported()
    ended = ended.filter(
        organisation__in=Organisation.objects.visible_to(there), contact__pk__range=(first, last)
    )
    return dict(ended.values_list("contact", "contact__version"))


def _seen_earlier(move: Move, first: UUID, last: UUID) -> Iterator[Changed]:
    """What was erased, or left, before the district moved: who had not read that yet cannot any more.

    The last that was said of each object on the moved ground, unless those who lost it were told since.
    """
    if not move.lost_ids:
        return
    later = Change.objects.filter(object_id=OuterRef("object_id"), pk__gt=OuterRef("pk"))
    known = Q(district_ids__overlap=move.part_ids) | Q(district_ids__contains=move.lost_ids)
    said = Change.objects.filter(
        ~Exists(later.filter(known)),
        pk__range=(first, last),
        at__gte=move.moved_at - KEPT,
        object_type__in=list(kinds()),
        district_ids__overlap=move.part_ids,
    )
    for row in said.exclude(district_ids__contains=move.lost_ids):
        op = Op(row.op) if row.op in GONE else Op.UPDATED
        yield Changed(row.object_type, row.object_id, op, row.version, move.lost_ids, row.into_id)


GONE: Final = (Op.ERASED, Op.MERGED)


def _steps() -> list[tuple[Any, Find]]:
    """Each kind of rows in turn. Last, what left the ground meanwhile: its changes are read then."""
    return [*((kind.model, _seen_there(kind)) for kind in KINDS), (Change, _seen_earlier)]
