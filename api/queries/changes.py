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
from reports.models import KeptPeriod

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
    "figures": KeptPeriod,
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
    "kept_period": "figures",
}


def read_listings(actor: Actor) -> QuerySet[PublicListing]:
    """Listings without a protected location, as on the public site, including withdrawn listings."""
    visible_organisations = (
        Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation")).exclude(IS_PROTECTED)
    )
    rows = PublicListing.objects.visible_to(actor).filter(Exists(visible_organisations))
    return without_protected_names(rows, "summary", "focus_words")


def without_protected_names(rows: Any, *texts: str) -> QuerySet[Any]:
    """Return the rows whose texts name no protected location."""
    protected = protected_words()
    protected_ids = {pk for pk, *row_texts in rows.values_list("pk", *texts) if protected.names(*row_texts)}
    unprotected_rows: QuerySet[Any] = rows.exclude(pk__in=protected_ids)
    return unprotected_rows


# Types whose callers read fewer rows than `visible_to` returns.
READ: dict[str, Callable[[Actor], QuerySet[Any]]] = {"listings": read_listings}
# Types without a scope of their own. A key that reads concerns also reads their incidents.
_SCOPES: Final = {
    "incidents": "concerns",
    "listings": "organisations",
    "plans": "reports",
    "figures": "reports",
}
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
    """Return the epoch of the numbers. A new epoch begins when the database is restored from a backup.

    After a restore, numbers given since the backup are given again, to other changes. Rows that a tool has
    read since the backup are older again, without any change in the feed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EPOCH)
        (cluster_epoch,) = cursor.fetchone()
    return str(cluster_epoch)


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
        visible_rows = READ.get(name, MODELS[name].objects.visible_to)(actor).filter(pk__in=ids)
        hidden |= ids - set(visible_rows.values_list("pk", flat=True))
    return hidden


def _withdrawn(rows: Sequence[TrailPosition]) -> set[UUID]:
    """IDs of listings in these updates that have been withdrawn since.

    The organisation may have been elsewhere at the withdrawal, so the caller may have only this update.
    """
    changes = [row.change for row in rows if row.change and row.change.op == Op.UPDATED]
    ids = [change.object_id for change in changes if change.object_type == "listing"]
    if not ids:
        return set()
    return set(PublicListing.objects.filter(pk__in=ids, is_in_force=False).values_list("pk", flat=True))


def _row(actor: Actor, row: TrailPosition, hidden: set[UUID], withdrawn: set[UUID]) -> dict[str, Any]:
    change: Any = row.change
    is_out_of_scope = change.object_id in hidden and change.op not in {*TOMBSTONES, Op.RESTRICTED}
    op = Op.ARCHIVED if change.object_id in withdrawn and change.op == Op.UPDATED else change.op
    serialised = {
        "seq": row.seq,
        "type": TYPE_OF[change.object_type],
        "id": change.object_id,
        "op": "out_of_scope" if is_out_of_scope else op,
        "version": change.version,
        "at": change.at,
        # A new `last_met_at` follows from the caller's meeting, but the caller has not sent it.
        "by_this_key": change.event.actor_id == actor.id and change.event.field_names != LAST_MET_FIELDS,
    }
    return {**serialised, "into": change.into_id} if change.into_id and not is_out_of_scope else serialised
