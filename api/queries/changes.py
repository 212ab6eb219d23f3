"""Changes visible to one caller, for the change feed and for webhooks."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.actors import Actor
from audit.models import Op, TrailPosition
from contacts.models import Contact, Organisation
from contacts.models.organisation import IS_PROTECTED
from contacts.services.public_texts import protected_words
from incidents.models import Incident
from meetings.models import Concern, FollowUp, Meeting
from meetings.rules import LAST_MET_FIELDS
from plans.models import Plan
from publishing.models import PublicListing

TOMBSTONES: Final = frozenset({Op.ERASED, Op.MERGED})  # the row no longer exists for anybody

MODELS: dict[str, Any] = {
    "organisations": Organisation,
    "contacts": Contact,
    "meetings": Meeting,
    "follow-ups": FollowUp,
    "concerns": Concern,
    "incidents": Incident,
    "listings": PublicListing,
    "plans": Plan,
}
TYPE_OF = {
    "organisation": "organisations",
    "contact": "contacts",
    "meeting": "meetings",
    "follow_up": "follow-ups",
    "concern": "concerns",
    "incident": "incidents",
    "listing": "listings",
    "plan": "plans",
}


def read_listings(actor: Actor) -> QuerySet[PublicListing]:
    """Listings that may be public, as on the pages of the public site, also those that were withdrawn."""
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation")).exclude(IS_PROTECTED)
    rows = PublicListing.objects.visible_to(actor).filter(Exists(seen))
    return without_protected_names(rows, "summary", "focus_words")


def without_protected_names(rows: Any, *texts: str) -> QuerySet[Any]:
    """Rows of which no text names a location that is protected by now."""
    protected = protected_words()
    named = {pk for pk, *said in rows.values_list("pk", *texts) if protected.names(*said)}
    found: QuerySet[Any] = rows.exclude(pk__in=named)
    return found


# Types of which a caller reads fewer rows than `visible_to` shows.
READ: dict[str, Callable[[Actor], QuerySet[Any]]] = {"listings": read_listings}
# Types without scopes of their own: who reads concerns reads what is done about them.
_SCOPES: Final = {"incidents": "concerns", "listings": "organisations", "plans": "reports"}
OBJECT_TYPE = {name: kind for kind, name in TYPE_OF.items()}


def readable_types(actor: Actor) -> list[str]:
    """The types whose changes a caller may read: all for a session, those of its scopes for a key."""
    return [name for name in MODELS if actor.kind != "key" or f"{scope_of(name)}:read" in actor.scopes]


def scope_of(name: str) -> str:
    """The noun of the scope that reads a type."""
    return _SCOPES.get(name, name)


def numbered_for(actor: Actor, types: Iterable[str]) -> Any:
    """Numbered changes of `types` in the caller's districts, before or after the change."""
    changes = TrailPosition.objects.filter(
        change__isnull=False, change__object_type__in=[OBJECT_TYPE[name] for name in types]
    ).select_related("change", "change__event")
    if actor.sees_everywhere:
        return changes
    return changes.filter(change__district_ids__overlap=list(actor.district_ids))


def last_seq() -> int:
    return TrailPosition.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


# The cluster, its timeline (PostgreSQL begins one when it recovers to a moment, or a replica takes over), and
# the database in it. No restore keeps all three, so no manual step is needed.
_EPOCH: Final = """
SELECT left(md5(concat_ws('/',
    (SELECT system_identifier FROM pg_control_system()),
    left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
    (SELECT oid FROM pg_database WHERE datname = current_database())
)), 12)
"""


def epoch() -> str:
    """The time in which numbers have their meaning. It ends when the database is restored from a backup.

    Numbers given since the backup are then given once more, to other changes, and rows that a tool has read
    since then are older again without any change that says so.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EPOCH)
        (found,) = cursor.fetchone()
    return str(found)


def as_rows(actor: Actor, numbered: Sequence[TrailPosition]) -> list[dict[str, Any]]:
    """Serialise changes (api.changes.ChangeShape) with at most one statement per type.

    A row's content does not depend on the other rows, so the page size does not affect a receiver's copy.
    """
    hidden, withdrawn = _out_of_scope(actor, numbered), _withdrawn(numbered)
    return [_row(actor, row, hidden, withdrawn) for row in numbered]


def _out_of_scope(actor: Actor, rows: Sequence[TrailPosition]) -> set[UUID]:
    """IDs in these changes that the caller can no longer read. Receivers must erase their copies."""
    by_type: dict[str, set[UUID]] = {}
    for row in rows:
        if row.change and row.change.op not in TOMBSTONES:
            by_type.setdefault(TYPE_OF[row.change.object_type], set()).add(row.change.object_id)
    hidden: set[UUID] = set()
    for name, ids in by_type.items():
        seen = READ.get(name, MODELS[name].objects.visible_to)(actor).filter(pk__in=ids)
        hidden |= ids - set(seen.values_list("pk", flat=True))
    return hidden


def _withdrawn(rows: Sequence[TrailPosition]) -> set[UUID]:
    """IDs of listings in these updates that are withdrawn by now.

    Their organisation may have been elsewhere at the withdrawal, so that the caller has only this update.
    """
    changes = [row.change for row in rows if row.change and row.change.op == Op.UPDATED]
    ids = [change.object_id for change in changes if change.object_type == "listing"]
    if not ids:
        return set()
    return set(PublicListing.objects.filter(pk__in=ids, is_in_force=False).values_list("pk", flat=True))


def _row(actor: Actor, row: TrailPosition, hidden: set[UUID], withdrawn: set[UUID]) -> dict[str, Any]:
    change: Any = row.change
    gone = change.object_id in hidden and change.op not in {*TOMBSTONES, Op.RESTRICTED}
    op = Op.ARCHIVED if change.object_id in withdrawn and change.op == Op.UPDATED else change.op
    shown = {
        "seq": row.seq,
        "type": TYPE_OF[change.object_type],
        "id": change.object_id,
        "op": "out_of_scope" if gone else op,
        "version": change.version,
        "at": change.at,
        # A new `last_met_at` follows from the caller's meeting, but the caller has not sent it.
        "by_this_key": change.event.actor_id == actor.id and change.event.field_names != LAST_MET_FIELDS,
    }
    return {**shown, "into": change.into_id} if change.into_id and not gone else shown
