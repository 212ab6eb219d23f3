"""Permissions to change districts. Names and boundaries are public, so viewing needs no permission."""

from districts.models import District
from lib.acting import Acting

# Role codes as in domain.md. `accounts`, which defines them, is a higher layer.
MANAGES_DISTRICTS = "administrator"
KEEPS_EXPECTED_COMMUNITIES = "supervisor"


def can_manage_districts(actor: Acting) -> bool:
    """Whether the actor may add, change, deactivate and import districts."""
    return actor.kind == "system" or actor.role == MANAGES_DISTRICTS


def can_keep_expected_communities(actor: Acting, district: District) -> bool:
    """Whether the actor may edit which communities live in a district: supervisors, who know it."""
    return actor.kind == "system" or (
        actor.role == KEEPS_EXPECTED_COMMUNITIES and district.pk in actor.district_ids
    )
