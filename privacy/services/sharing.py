"""Record that a person's data was shared by phone, letter or in another way that leaves no file."""

from datetime import date
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.rules import recipient_of
from audit.services import record
from contacts.models import Contact
from lib.days import FIRST_YEAR, city_today, is_plausible_day
from lib.fold import squash
from lib.reasons import check_reason
from privacy.codes import SharedBy
from privacy.policies import can_inquire

MOST_LETTERS: Final = 100


@transaction.atomic
def record_sharing(
    *, actor: Actor, contact_id: UUID, recipient: str, how: str, shared_on: date, reason: str
) -> None:
    """Record who received a contact's data, how and why. The event is never edited or deleted.

    Raises PermissionDenied, Contact.DoesNotExist, ValidationError by field.
    """
    if not can_inquire(actor):
        raise PermissionDenied
    contact = Contact.objects.visible_to(actor).get(pk=contact_id)
    name = squash(recipient)
    errors: dict[str, object] = {}
    if not 0 < len(name) <= MOST_LETTERS:
        errors["recipient"] = _("Enter who got the data. Limit in characters: %(most)s.") % {
            "most": MOST_LETTERS
        }
    if how not in SharedBy.values:
        errors["how"] = _("Choose how the data was shared.")
    if shared_on > city_today() or not is_plausible_day(shared_on):
        errors["shared_on"] = _("Choose today or an earlier date, not before %(year)d.") % {
            "year": FIRST_YEAR
        }
    try:
        reason = check_reason(reason)
    except ValidationError as error:
        errors["reason"] = error
    if errors:
        raise ValidationError(errors)
    record(
        actor,
        Action.SHARE,
        "contact",
        [contact.pk],
        district_ids={contact.home_district_id},
        purpose=reason,
        recipient=recipient_of(name, f"{how} {shared_on.isoformat()}"),
    )
