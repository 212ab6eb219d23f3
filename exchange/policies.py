"""Who may bring files in, and take them out. Neither queries."""

from accounts.actors import Actor


def can_import(actor: Actor) -> bool:
    """Bring in registers and files: supervisors, for their districts, and the command line."""
    return actor.kind == "system" or actor.is_supervisor


def can_export(actor: Actor) -> bool:
    """Take lists and reports out as files, with a reason: supervisors, for what they see."""
    return actor.is_supervisor
