"""Access to figures: users who can read the rows behind them, and API keys with the scope."""

from accounts.actors import Actor

SCOPE = "reports:read"


def can_read_reports(actor: Actor) -> bool:
    """Whether the actor can read figures: officers, supervisors and privacy officers, not administrators."""
    return SCOPE in actor.scopes if actor.kind == "key" else actor.reads
