"""Agreements to bulk reads: a privacy officer makes and ends them, and each bulk read uses up some rows."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role
from accounts.policies import is_second_person
from accounts.services.acts import refuse_same_device
from api.models import ApiKey, BulkAgreement
from api.rules import MAX_DAYS
from audit.models import Action
from audit.services import record
from lib.reasons import read_reason

MOST_ROWS: Final = 10_000_000


def can_agree(actor: Actor, key: ApiKey) -> bool:
    """Whether the actor can agree to bulk reads: a privacy officer who did not create the key."""
    return actor.role == Role.PRIVACY_OFFICER and is_second_person(actor, key.created_by_id)


@transaction.atomic
def agree_to_bulk_reads(*, actor: Actor, key_id: UUID, rows: int, days: int, reason: str) -> BulkAgreement:
    """Agree that the key can read `rows` rows in bulk in the next `days` days. An earlier agreement ends.

    Raises PermissionDenied unless the actor is a privacy officer who did not create the key, and
    ValidationError by field.
    """
    key = ApiKey.objects.visible_to(actor).select_for_update().get(pk=key_id)
    if not can_agree(actor, key):
        raise PermissionDenied
    refuse_same_device(actor, key.created_by_id)
    now = timezone.now()
    if not ApiKey.objects.working(now).filter(pk=key.pk).exists():
        raise ValidationError(_("This key does not work. Confirm or renew the key first."))
    if not 1 <= rows <= MOST_ROWS:
        raise ValidationError({"rows": _("Enter a number from 1 to %(n)s.") % {"n": f"{MOST_ROWS:,}"}})
    if not 1 <= days <= MAX_DAYS:
        raise ValidationError({"days": _("An agreement must be valid for 1 to 365 days.")})
    if not (stated_reason := read_reason(reason)):
        raise ValidationError({"reason": _("Enter a reason in a few words.")})
    end_open_agreement(key)
    agreement = BulkAgreement.objects.create(
        key=key,
        rows=rows,
        reason=stated_reason,
        agreed_by_id=actor.id,  # type: ignore[misc]  # a privacy officer has an account
        agreed_at=now,
        expires_at=now + timedelta(days=days),
    )
    _record_change(actor, key.pk, stated_reason)
    return agreement


@transaction.atomic
def end_bulk_agreement(*, actor: Actor, key_id: UUID) -> None:
    """End the key's agreement at once: bulk reads stop, and their files can no longer be fetched."""
    key = ApiKey.objects.visible_to(actor).select_for_update().get(pk=key_id)
    if actor.role != Role.PRIVACY_OFFICER:
        raise PermissionDenied
    if end_open_agreement(key):
        _record_change(actor, key.pk)


def end_open_agreement(key: ApiKey) -> bool:
    """End the open agreement of a locked key. Return whether the key had one."""
    return bool(BulkAgreement.objects.filter(key=key, ended_at=None).update(ended_at=timezone.now()))


def use_agreement(agreement_id: UUID, rows: int) -> bool:
    """Count `rows` against the agreement. Return False and count none if it has ended or allows fewer."""
    agreements = BulkAgreement.objects.in_force(timezone.now()).filter(
        pk=agreement_id, rows__gte=F("rows_read") + rows
    )
    return bool(agreements.update(rows_read=F("rows_read") + rows))


def _record_change(actor: Actor, key_id: UUID, reason: str = "") -> None:
    record(actor, Action.UPDATE, "api_key", [key_id], field_names=["bulk_agreement"], purpose=reason)
