"""Opening a further district, and telling supervisors in the same transaction, so that none is missed."""

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Relief
from accounts.services import relief
from districts.models import District
from reminders.services import notify


@transaction.atomic
def open_relief(*, actor: Actor, district: District, reason: str, hours: int) -> Relief:
    """As accounts.services.relief, with its errors."""
    opened = relief.open_relief(actor=actor, district=district, reason=reason, hours=hours)
    notify("relief", opened.pk)
    return opened
