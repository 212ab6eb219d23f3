"""Who changes the ground. Names and boundaries are public, so there is nothing here about seeing them."""

from districts.models import District
from lib.acting import Acting

# Roles as domain.md names them; `accounts`, which lists them, is a room above this one.
MANAGES_DISTRICTS = "administrator"
KEEPS_EXPECTED_COMMUNITIES = "supervisor"


def can_manage_districts(actor: Acting) -> bool:
    """Add, change, switch off and import districts."""
    return actor.kind == "system" or actor.role == MANAGES_DISTRICTS


def can_keep_expected_communities(actor: Acting, district: District) -> bool:
    """Say which communities live in a district: its supervisors, who know it."""
    return actor.kind == "system" or (
        actor.role == KEEPS_EXPECTED_COMMUNITIES and district.pk in actor.district_ids
    )
