"""Who reads figures: those who read the rows behind them, and keys that may."""

from accounts.actors import Actor

SCOPE = "reports:read"


def can_read_reports(actor: Actor) -> bool:
    """Officers and supervisors of their districts, privacy officers of all; administrators of none."""
    return SCOPE in actor.scopes if actor.kind == "key" else actor.reads
