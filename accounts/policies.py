"""Who changes whose account."""

from accounts.actors import Actor


def can_manage_users(actor: Actor) -> bool:
    """Invite people, give roles and districts, switch accounts off: administrators."""
    return actor.kind == "system" or actor.is_administrator
