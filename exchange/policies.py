"""Permissions to import and export files, without queries."""

from typing import Final

from accounts.actors import Actor
from accounts.rules import OFFICER

_OWN_RECORDS: Final = "meetings"  # the only files of an officer


def can_import(actor: Actor, target_name: str = _OWN_RECORDS) -> bool:
    """Whether the actor may import files of this kind, or at least their own meetings.

    Supervisors import for their districts, officers their own meetings, and the command line everything.
    """
    return (
        actor.kind == "system"
        or actor.is_supervisor
        or (actor.role == OFFICER and target_name == _OWN_RECORDS)
    )


def can_export(actor: Actor) -> bool:
    """Whether the actor may export lists and reports, with a reason: supervisors, for what they see."""
    return actor.is_supervisor
