"""Permissions to write meetings, follow-ups and concerns. `visible_to` decides which rows are read.

With prefetched relations, no function here runs a query.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.models import Concern, FollowUp, Meeting

# --- Meetings -------------------------------------------------------------------------------------


def can_write_meetings_in(actor: Actor, district_id: UUID) -> bool:
    """Whether the actor can plan and log meetings in this district."""
    return actor.writes and actor.covers(district_id)


def can_edit_meeting(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor covers the meeting's district.

    A meeting visible through an organisation is read-only.
    """
    return can_write_meetings_in(actor, meeting.district_id)


# --- Follow-ups -----------------------------------------------------------------------------------


def can_add_follow_up(actor: Actor, organisations: Iterable[Organisation], owner_id: UUID | None) -> bool:
    """Whether the actor covers the home district of one of the organisations.

    A follow-up without organisations (for an independent contact) is written only by its owner.
    """
    return _can_write_follow_up(
        actor, {organisation.home_district_id for organisation in organisations}, owner_id
    )


def can_edit_follow_up(actor: Actor, follow_up: FollowUp) -> bool:
    """Whether the actor covers the home district of one of its organisations.

    Read the row `with_homes`, or prefetch `organisation_links` with their organisations.
    """
    homes = vars(follow_up).get("home_ids")
    if homes is None:
        homes = {link.organisation.home_district_id for link in follow_up.organisation_links.all()}
    return _can_write_follow_up(actor, homes, follow_up.owner_id)


def can_complete_follow_up(actor: Actor, follow_up: FollowUp) -> bool:
    """Whether the actor can change status and result. The owner can, wherever the organisations are based."""
    return can_edit_follow_up(actor, follow_up) or (actor.writes and _is_own(actor, follow_up.owner_id))


def can_reassign_follow_up(actor: Actor, follow_up: FollowUp) -> bool:
    """Whether the actor can reassign a follow-up: supervisors all, officers their own."""
    can_reassign = actor.is_supervisor or actor.kind == "system" or _is_own(actor, follow_up.owner_id)
    return can_reassign and can_edit_follow_up(actor, follow_up)


# --- Handover -------------------------------------------------------------------------------------


def can_hand_over(actor: Actor) -> bool:
    """Whether the actor can hand over portfolios in their districts."""
    return actor.is_supervisor


# --- Concerns -------------------------------------------------------------------------------------


def can_log_concern(actor: Actor, district_id: UUID) -> bool:
    return actor.writes and actor.covers(district_id)


def can_edit_concern(actor: Actor, concern: Concern) -> bool:
    """Whether the actor covers the concern's district."""
    return can_log_concern(actor, concern.district_id)


def _can_write_follow_up(actor: Actor, homes: Collection[UUID], owner_id: UUID | None) -> bool:
    return actor.writes and (_covers_any(actor, homes) if homes else _is_own(actor, owner_id))


def _is_own(actor: Actor, user_id: UUID | None) -> bool:
    return actor.kind == "system" or (actor.id is not None and actor.id == user_id)


def _covers_any(actor: Actor, district_ids: Iterable[UUID]) -> bool:
    return any(actor.covers(district_id) for district_id in district_ids)
