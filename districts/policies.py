"""Permissions to change districts. Names and boundaries are public, so viewing needs no permission."""

from districts.models import District
from lib.acting import Acting

# Codes of roles. `accounts`, which defines them, is a higher layer.
MANAGES_DISTRICTS = "administrator"
SUPERVISES = "supervisor"


def can_manage_districts(actor: Acting) -> bool:
    """Whether the actor may add, change, deactivate and import districts."""
    return actor.kind == "system" or actor.role == MANAGES_DISTRICTS


def can_keep_expected_communities(actor: Acting, district: District) -> bool:
    """Whether the actor can edit the expected communities of a district: its supervisors can."""
    return _supervises(actor, district)


def can_note_periods(actor: Acting, district: District) -> bool:
    """Whether the actor may add and remove notes on the figures of a district."""
    return _supervises(actor, district)


def can_choose_homes(actor: Acting, district: District) -> bool:
    """Whether the actor can choose each organisation's successor district."""
    return _supervises(actor, district)


def _supervises(actor: Acting, district: District) -> bool:
    return actor.kind == "system" or (actor.role == SUPERVISES and district.pk in actor.district_ids)
