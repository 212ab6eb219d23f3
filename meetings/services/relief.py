"""Temporary access: an officer opens one further district for some hours, with a reason.

Here and not in accounts, because opening temporary access also notifies supervisors.
"""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actors import SYSTEM, Actor
from accounts.models import Relief, User
from accounts.policies import can_open_relief
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from reminders.services.reminders import notify


@transaction.atomic
def open_relief(*, actor: Actor, district: District, reason: str, hours: int) -> Relief:
    """Open `district` and its parts to the actor for up to 12 hours, and notify supervisors.

    Raises PermissionDenied. Raises ValidationError if temporary access is already open, for too many hours,
    and for a district that the actor covers or that contains the actor's own district.
    """
    if not can_open_relief(actor):
        raise PermissionDenied
    officer: User = User.objects.select_for_update(no_key=True).get(pk=actor.id)
    own_district_ids = {
        row for lineage in officer.districts.values_list("lineage", flat=True) for row in lineage
    }
    if not own_district_ids:
        raise PermissionDenied
    if actor.covers(district.pk):
        raise ValidationError({"district": _("You already have access to that district.")})
    if district.pk in own_district_ids or not district.is_active:
        raise ValidationError({"district": _("Choose a single district, not the whole city.")})
    if not 1 <= hours <= rules.MAX_RELIEF_HOURS:
        raise ValidationError({"hours": _("Choose between 1 and 12 hours.")})
    starts_at = timezone.now()
    relief = Relief(
        officer=officer,
        district=district,
        reason=reason,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )
    relief.full_clean()
    relief.save(force_insert=True)
    _record(actor, Action.CREATE, Op.CREATED, relief, ["district", "reason", "starts_at", "ends_at"])
    notify("relief", relief.pk)
    return relief


@transaction.atomic
def end_relief(*, actor: Actor) -> Relief | None:
    """End the actor's temporary access now, and return it; None if none is open."""
    now = timezone.now()
    relief = (
        Relief.objects.visible_to(actor)
        .filter(officer_id=actor.id)
        .open_at(now)
        .select_for_update(no_key=True)
        .first()
    )
    if relief is None:
        return None
    relief.ended_at = now
    relief.version += 1
    relief.save()
    _record(actor, Action.UPDATE, Op.UPDATED, relief, ["ended_at"])
    return relief


def follow_redrawn(district: District, successor: District) -> None:
    """Move open temporary access from a redrawn district to its successor."""
    open_now = Relief.objects.filter(district=district).open_at(timezone.now())
    for relief in open_now.select_for_update(of=("self",), no_key=True).order_by("pk"):
        relief.district = successor
        relief.version += 1
        relief.save()
        _record(SYSTEM, Action.UPDATE, Op.UPDATED, relief, ["district"])


def _record(actor: Actor, action: Action, op: Op, relief: Relief, names: list[str]) -> None:
    row = Changed("relief", relief.pk, op, relief.version, [relief.district_id], field_names=names)
    record_changes(actor, action, [row], purpose=rules.relief_purpose(relief.reason))
