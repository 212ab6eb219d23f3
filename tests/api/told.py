"""What keys read before and after an act, and what of it their change feeds miss."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from accounts.actors import Actor
from api.concerns import Concerns
from api.contacts import Contacts
from api.figures import Figures
from api.follow_ups import FollowUps
from api.incidents import Incidents
from api.meetings import Meetings
from api.organisations import Organisations
from api.plans import Plans
from api.publishing import PublicListings
from api.queries.changes import as_rows
from api.rules import to_json
from audit.models import Change, TrailPosition

VIEWS: Final[dict[str, Any]] = {
    "organisations": Organisations,
    "contacts": Contacts,
    "meetings": Meetings,
    "follow-ups": FollowUps,
    "concerns": Concerns,
    "incidents": Incidents,
    "listings": PublicListings,
    "plans": Plans,
    "figures": Figures,
}
GONE: Final = {"out_of_scope", "erased", "merged", "restricted"}

State = dict[tuple[int, str, Any], bytes]


def read(keys: list[Actor]) -> State:
    """The bytes of every row that each key reads, by key, type and ID."""
    return {
        (number, name, row["id"]): to_json(row)
        for number, key in enumerate(keys)
        for name, view in VIEWS.items()
        for row in view.spec.read(view.visible(key).order_by("pk"), key)
    }


def known_changes() -> set[Any]:
    return set(Change.objects.values_list("pk", flat=True))


def changes_since(known: set[Any]) -> list[Change]:
    return list(Change.objects.exclude(pk__in=known).select_related("event").order_by("pk"))


def untold(keys: list[Actor], before: State, after: State, changes: list[Change]) -> Iterator[str]:
    """What differs for a key and is not in its feed, or not as it is."""
    positions = [TrailPosition(seq=number, change=one) for number, one in enumerate(changes)]
    for number, key in enumerate(keys):
        seen = [one for one in positions if key.district_ids & set(one.change.district_ids)]  # type: ignore[union-attr]  # all have one
        seen = [one for one in seen if one.change.object_type in OF_FEED]  # type: ignore[union-attr]  # all have one
        last = {(row["type"], row["id"]): row["op"] for row in as_rows(key, seen)}
        for place in {*before, *after}:
            if place[0] != number or before.get(place) == after.get(place):
                continue
            op = last.get(place[1:])
            ends = {*GONE, "archived"} if place[1] == "listings" else GONE
            if op is None or (place not in after and op not in ends) or (place in after and op in GONE):
                yield f"key {number}: {place[1]} {place[2]}: {op}, {_differing(before, after, place)}"


OF_FEED: Final = {
    "organisation",
    "contact",
    "meeting",
    "follow_up",
    "concern",
    "incident",
    "listing",
    "plan",
    "kept_period",
}


def _differing(before: State, after: State, place: tuple[int, str, Any]) -> str:
    was, now = (orjson.loads(one.get(place, b"{}")) for one in (before, after))
    differing = [name for name in was | now if was.get(name) != now.get(name)]
    return ", ".join(f"{name}: {was.get(name)} → {now.get(name)}" for name in differing)
