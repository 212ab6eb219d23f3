"""What waits for a request is called off with it: its erasure that has not begun, and its search."""

from accounts.actors import Actor
from accounts.models import Act
from accounts.services.acts import withdraw
from audit.models import Action
from audit.services import record
from privacy.models import DataRequest, Erasure


def call_off(actor: Actor, row: DataRequest) -> None:
    """Call off what waits for a second person or for its background task. The request is locked.

    An erasure that has begun is not called off: see `has_begun`.
    """
    withdraw(Act.SEARCHING, subject=row.pk)
    erasure = Erasure.objects.not_begun().select_for_update(no_key=True).filter(request=row).first()
    if erasure is not None:
        withdraw(Act.ERASING, subject=erasure.pk)
        about = [row.pk, *erasure.contact_ids]
        record(actor, Action.UPDATE, "data_request", about, field_names=["dropped_erasure"])
        erasure.delete()


def has_begun(row: DataRequest) -> bool:
    """Whether something of the person of a request was erased, or is about to be."""
    return Erasure.objects.filter(request=row, places__isnull=False).exists()
