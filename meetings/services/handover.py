"""Hand over an officer's portfolio to colleagues, and undo this within 10 minutes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.conflicts import StaleVersion
from lib.row_context import writes
from meetings.models import FollowUp, Handover, Meeting
from meetings.models.handover import Moved
from meetings.policies import can_hand_over
from meetings.queries.handover import (
    Move,
    Portfolio,
    colleagues_with_portfolio,
    plan_moves,
    portfolio_of,
    possible_successors,
)
from meetings.services.follow_ups import edit_follow_up
from meetings.services.meetings import edit_meeting

UNDO_WITHIN: Final = timedelta(minutes=10)


@writes
def hand_over(
    *,
    actor: Actor,
    officer_id: UUID,
    to_id: UUID,
    exceptions: Mapping[UUID, UUID] | None = None,
    fingerprint: str | None = None,
) -> Handover:
    """Give all that the officer has in the actor's districts to `to_id`.

    `exceptions` gives organisations, with their follow-ups and meetings, to other users (ID → user ID).
    `fingerprint` is that of the previewed portfolio. Raises PermissionDenied unless the actor is a
    supervisor, DoesNotExist if the officer has no portfolio here, StaleVersion if the portfolio has changed
    since the preview, and ValidationError for a user who cannot take over.
    """
    if not can_hand_over(actor):
        raise PermissionDenied
    officer: User = colleagues_with_portfolio(actor).get(pk=officer_id)
    portfolio = portfolio_of(actor, officer)
    if fingerprint is not None and fingerprint != portfolio.fingerprint:
        raise StaleVersion(0)
    moves = planned_moves(actor, portfolio, to_id, exceptions or {})
    handover = Handover(
        officer=officer,
        made_by_id=actor.id,
        recipient_ids=sorted({move.to.pk for move in moves}),
        moves=[_carry_out(actor, officer, move) for move in sorted(moves, key=lambda move: move.row.pk)],
    )
    handover.save(force_insert=True)
    _record_handover(actor, Action.CREATE, Op.CREATED, handover, portfolio.district_ids)
    return handover


def planned_moves(
    actor: Actor, portfolio: Portfolio, to_id: UUID, exceptions: Mapping[UUID, UUID]
) -> list[Move]:
    """Plan the moves without writing. Raises ValidationError for a user who cannot take over an object."""
    successors_by_id = {user.pk: user for user in possible_successors(actor, portfolio)}
    if not {to_id, *exceptions.values()} <= successors_by_id.keys():
        raise ValidationError({"to": _("Choose a colleague with an active account.")})
    moves = plan_moves(
        portfolio,
        successors_by_id[to_id],
        {pk: successors_by_id[user_id] for pk, user_id in exceptions.items()},
    )
    lineages = dict(District.objects.filter(pk__in=portfolio.district_ids).values_list("pk", "lineage"))
    for move in moves:
        district_id = _required_district(move.row)
        if district_id and not set(lineages[district_id]) & set(move.to.own_ids):  # type: ignore[attr-defined]  # annotated
            text = _("%(name)s does not cover the district of %(what)s. Choose someone else.")
            raise ValidationError({"to": text % {"name": move.to.name, "what": move.row}})
    return moves


@writes
def undo_handover(*, actor: Actor, handover_id: UUID) -> Handover:
    """Undo a handover completely.

    Raises DoesNotExist unless the actor made it, StaleVersion if any object has changed since, and
    ValidationError after 10 minutes.
    """
    handover = (
        Handover.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .get(pk=handover_id, made_by=actor.id)
    )
    if handover.undone_at is not None:
        raise StaleVersion(0)
    if timezone.now() - handover.created_at > UNDO_WITHIN:
        raise ValidationError(_("It is too late to undo this."), code="too_late")
    district_ids = {pk for moved in handover.moves for pk in _give_back(actor, moved)}
    handover.undone_at = timezone.now()
    handover.save(update_fields=["undone_at"])
    _record_handover(actor, Action.UPDATE, Op.UPDATED, handover, district_ids)
    return handover


def can_undo(actor: Actor, handover: Handover) -> bool:
    """Whether the actor made the handover within 10 minutes. Only the undo itself finds later changes."""
    is_maker = actor.id is not None and handover.made_by_id == actor.id
    return is_maker and handover.undone_at is None and timezone.now() - handover.created_at <= UNDO_WITHIN


def _carry_out(actor: Actor, officer: User, move: Move) -> Moved:
    """Move an object by its own service, so that checks, reminders and events are those of an edit."""
    row, to = move.row, move.to
    changed: Organisation | FollowUp | Meeting
    before: dict[str, Any]
    if isinstance(row, Organisation):
        old_officer_ids = {"lead_officer": row.lead_officer_id, "deputy_officer": row.deputy_officer_id}
        fields: Any = {f"{move.part}_officer": to} | ({"deputy_officer": None} if move.alone else {})
        before = {name: str(pk) if pk else None for name, pk in old_officer_ids.items()}
        changed = edit_organisation(actor=actor, organisation_id=row.pk, version=row.version, **fields)
        return _moved_object("organisation", move, changed.version, before)
    if isinstance(row, FollowUp):
        changed = edit_follow_up(actor=actor, follow_up_id=row.pk, version=row.version, owner=to)
        return _moved_object("follow_up", move, changed.version, {"owner": str(officer.pk)})
    officers = list(row.officers.order_by("pk"))
    remaining = [officer_on_meeting for officer_on_meeting in officers if officer_on_meeting.pk != officer.pk]
    changed = edit_meeting(actor=actor, meeting_id=row.pk, version=row.version, officers=[*remaining, to])
    return _moved_object(
        "meeting", move, changed.version, {"officers": [str(old_officer.pk) for old_officer in officers]}
    )


def _moved_object(object_type: str, move: Move, version: int, before: dict[str, Any]) -> Moved:
    return Moved(type=object_type, id=str(move.row.pk), to=str(move.to.pk), version=version, before=before)


def _give_back(actor: Actor, moved: Moved) -> list[UUID]:
    """Undo the move of an object, and return its district IDs."""
    pk, before = UUID(moved["id"]), moved["before"]
    arguments: Any = {"actor": actor, "version": moved["version"], "may_have_left": True}
    if moved["type"] == "organisation":
        staff = User.objects.in_bulk([UUID(old_id) for old_id in before.values() if old_id])
        fields: Any = {name: staff[UUID(old_id)] if old_id else None for name, old_id in before.items()}
        return [edit_organisation(organisation_id=pk, **arguments, **fields).home_district_id]
    if moved["type"] == "follow_up":
        edit_follow_up(follow_up_id=pk, owner=User.objects.get(pk=before["owner"]), **arguments)
        return FollowUp.objects.with_homes().get(pk=pk).home_ids
    officers = User.objects.filter(pk__in=before["officers"])
    return [edit_meeting(meeting_id=pk, officers=officers, **arguments).district_id]


def _required_district(row: Organisation | FollowUp | Meeting) -> UUID | None:
    """Return the district that the new officer must cover; None for a follow-up."""
    if isinstance(row, Organisation):
        return row.home_district_id
    return row.district_id if isinstance(row, Meeting) else None


def _record_handover(actor: Actor, action: Action, op: Op, handover: Handover, district_ids: Any) -> None:
    version = 2 if handover.undone_at else 1
    record_changes(actor, action, [Changed("handover", handover.pk, op, version, district_ids)])
