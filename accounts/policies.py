"""Who changes whose account."""

from uuid import UUID

from accounts import rules
from accounts.actors import Actor


def can_manage_users(actor: Actor) -> bool:
    """Invite people, give roles and districts, switch accounts off: administrators."""
    return actor.kind == "system" or actor.is_administrator


def can_confirm_roles(actor: Actor) -> bool:
    """Let a role above officer hold: privacy officers, so that no administrator makes powers alone."""
    return actor.kind == "system" or actor.role == rules.PRIVACY_OFFICER


def can_confirm_role(actor: Actor, user_id: UUID) -> bool:
    """Anybody's but one's own."""
    return can_confirm_roles(actor) and actor.id != user_id


def can_open_relief(actor: Actor) -> bool:
    """Work in a further district for some hours: officers."""
    return actor.kind == "user" and actor.role == rules.OFFICER
