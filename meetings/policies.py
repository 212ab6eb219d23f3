"""Who may write which meeting, promise and concern; which rows are seen at all, the querysets say.

None of these query where what they name is prefetched.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.models import Concern, FollowUp, Meeting

# --- Meetings -------------------------------------------------------------------------------------


def can_write_meetings_in(actor: Actor, district_id: UUID) -> bool:
    """Plan and log meetings that take place in this district."""
    return actor.writes and actor.covers(district_id)


def can_edit_meeting(actor: Actor, meeting: Meeting) -> bool:
    """Written where its district is covered; seen through one of its organisations it is read-only."""
    return can_write_meetings_in(actor, meeting.district_id)


# --- Follow-ups -----------------------------------------------------------------------------------


def can_add_follow_up(actor: Actor, organisations: Iterable[Organisation], owner_id: UUID | None) -> bool:
    """Promise something where the home district of one of the organisations is covered.

    What is promised to no organisation (a shopkeeper on their own) only its owner writes.
    """
    return _can_promise(actor, {one.home_district_id for one in organisations}, owner_id)


def can_edit_follow_up(actor: Actor, follow_up: FollowUp) -> bool:
    """Written where the home district of one of its organisations is covered.

    Of a row read `with_homes` nothing else is needed; of others `organisation_links` with their organisations
    should be prefetched.
    """
    homes = vars(follow_up).get("home_ids")
    if homes is None:
        homes = {link.organisation.home_district_id for link in follow_up.organisation_links.all()}
    return _can_promise(actor, homes, follow_up.owner_id)


def can_complete_follow_up(actor: Actor, follow_up: FollowUp) -> bool:
    """Change status and result: its owner too, wherever the organisations are at home."""
    return can_edit_follow_up(actor, follow_up) or (actor.writes and _is_own(actor, follow_up.owner_id))


def can_reassign_follow_up(actor: Actor, follow_up: FollowUp) -> bool:
    """Hand it to a colleague: supervisors anybody's, an officer her own."""
    may = actor.is_supervisor or actor.kind == "system" or _is_own(actor, follow_up.owner_id)
    return may and can_edit_follow_up(actor, follow_up)


# --- Handover -------------------------------------------------------------------------------------


def can_hand_over(actor: Actor) -> bool:
    """Give a colleague's organisations, promises and meetings to others: supervisors, where they cover."""
    return actor.is_supervisor


# --- Concerns -------------------------------------------------------------------------------------


def can_log_concern(actor: Actor, district_id: UUID) -> bool:
    return actor.writes and actor.covers(district_id)


def can_edit_concern(actor: Actor, concern: Concern) -> bool:
    """Written where its district is covered."""
    return can_log_concern(actor, concern.district_id)


def _can_promise(actor: Actor, homes: Collection[UUID], owner_id: UUID | None) -> bool:
    return actor.writes and (_covers_any(actor, homes) if homes else _is_own(actor, owner_id))


def _is_own(actor: Actor, user_id: UUID | None) -> bool:
    return actor.kind == "system" or (actor.id is not None and actor.id == user_id)


def _covers_any(actor: Actor, district_ids: Iterable[UUID]) -> bool:
    return any(actor.covers(district_id) for district_id in district_ids)
