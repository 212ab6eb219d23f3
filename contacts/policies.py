"""Permissions to edit contacts and organisations. With prefetched relations, no function here runs a query.

The querysets (`visible_to`) decide which rows an actor sees.
"""

from collections.abc import Sequence
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from districts.models import District


def can_write_in(actor: Actor, district_id: UUID) -> bool:
    """Whether the actor can add organisations and contacts based in this district."""
    return actor.writes and actor.covers(district_id)


def home_of(actor: Actor, rows: Sequence[Organisation | Contact]) -> District | None:
    """Return the first home district of `rows` that the actor covers, else one where the first row is active.

    Prefetch the home districts and the first row's `also_in`.
    """
    covered = (row.home_district for row in rows if actor.covers(row.home_district_id))
    if home := next(covered, None):
        return home
    visited = rows[0].also_in.all() if rows and isinstance(rows[0], Organisation) else ()
    return next((district for district in visited if actor.covers(district.pk)), None)


def can_edit_organisation(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor covers the home district. Visible through `also_in` alone, it is read-only."""
    return can_write_in(actor, organisation.home_district_id)


def can_edit_contact(actor: Actor, contact: Contact) -> bool:
    """Whether the actor covers the home district of the contact, or of an organisation it represents.

    Prefetch `contact.affiliations` with their organisations.
    """
    if can_write_in(actor, contact.home_district_id):
        return True
    return actor.writes and any(
        actor.covers(link.organisation.home_district_id)
        for link in contact.affiliations.all()
        if link.is_current
    )


def can_reveal_private_channel(actor: Actor) -> bool:
    """Whether the actor is a user who reads records. The service asks for the reason."""
    return actor.kind == "user" and actor.reads
