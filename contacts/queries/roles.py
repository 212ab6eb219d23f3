"""Roles of contacts in the organisations of one record, such as a meeting."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Affiliation, Contact, Organisation


def add_roles(actor: Actor, contacts: Sequence[Contact], organisation_ids: Collection[UUID]) -> None:
    """Set `contact.roles_here`: current roles in the given organisations, if the actor sees the organisation.

    One statement. A page about one record names no other organisation of its contacts (docs/adr/0013).
    """
    roles: defaultdict[UUID, list[Affiliation]] = defaultdict(list)
    if contacts and organisation_ids:
        organisations = Organisation.objects.visible_to(actor).filter(pk__in=list(organisation_ids))
        rows = Affiliation.objects.current().filter(
            organisation__in=organisations, contact__in=[contact.pk for contact in contacts]
        )
        for role in rows.select_related("organisation").order_by("organisation__folded", "pk"):
            roles[role.contact_id].append(role)
    for contact in contacts:
        contact.roles_here = roles[contact.pk]  # type: ignore[attr-defined]  # for the template
