"""Who may write what in the book; which rows are seen at all, the querysets say. `None` of these query."""

from collections.abc import Sequence
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from districts.models import District


def can_write_in(actor: Actor, district_id: UUID) -> bool:
    """Add organisations and people at home in this district."""
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
    """Written where its home district is covered; seen through `also_in` it is read-only."""
    return can_write_in(actor, organisation.home_district_id)


def can_edit_contact(actor: Actor, contact: Contact) -> bool:
    """Written where its home district, or that of an organisation it speaks for, is covered.

    `contact.affiliations` with their organisations should be prefetched.
    """
    if can_write_in(actor, contact.home_district_id):
        return True
    return actor.writes and any(
        actor.covers(link.organisation.home_district_id)
        for link in contact.affiliations.all()
        if link.is_current
    )


def can_reveal_private_channel(actor: Actor) -> bool:
    """With a reason: officers, supervisors and privacy officers (the reason is the service's to ask)."""
    return actor.kind == "user" and actor.reads
