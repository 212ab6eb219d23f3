"""Permissions to import and export files, without queries."""

from accounts.actors import Actor


def can_import(actor: Actor) -> bool:
    """Whether the actor may import files: supervisors, for their districts, and the command line."""
    return actor.kind == "system" or actor.is_supervisor


def can_export(actor: Actor) -> bool:
    """Whether the actor may export lists and reports, with a reason: supervisors, for what they see."""
    return actor.is_supervisor
