"""Record inquiries of privacy officers about a person, as events that only privacy officers see."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor
from audit.models import Action
from disclosure.services.disclosing import disclose
from privacy.policies import can_inquire


def record_inquiry(
    actor: Actor, contact_id: UUID, *, purpose: str, exported_to: str = "", names: Iterable[str] = ()
) -> None:
    """Record the inquiry and its reason. `exported_to`: recipient of the result as a file (audit.rules)."""
    if not can_inquire(actor):
        raise PermissionDenied
    action = Action.EXPORT if exported_to else Action.INQUIRE
    disclose(
        actor,
        "contact",
        [contact_id],
        action=action,
        reason=purpose,
        recipient=exported_to,
        field_names=["trail", *names],
    )
