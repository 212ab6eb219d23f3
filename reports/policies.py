"""Access to figures: users who can read the rows behind them, and API keys with the scope."""

from uuid import UUID

from accounts.actors import Actor

SCOPE = "reports:read"


def can_read_reports(actor: Actor) -> bool:
    """Whether the actor can read figures: officers, supervisors and privacy officers, not administrators."""
    return SCOPE in actor.scopes if actor.kind == "key" else actor.reads


def can_correct_figures(actor: Actor, district_id: UUID) -> bool:
    """Whether the actor can have a figure without a history counted again: supervisors of the district."""
    return actor.is_supervisor and actor.covers(district_id)
