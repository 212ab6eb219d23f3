"""Limits on writes of an officer on duty in districts of others."""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.policies import can_widen
from districts.models import District


def refuse_widening(actor: Actor, before: Collection[UUID], after: Collection[UUID]) -> None:
    """Raise ValidationError if a write on a duty shift would show a row in further districts."""
    if not can_widen(actor, before, after):
        raise ValidationError(
            _(
                "You are on duty here. Ask an officer of the district to share this record with "
                "another district."
            )
        )


def can_give_lead(actor: Actor, district: District, officer: User) -> bool:
    """Whether the actor may make `officer` lead or deputy of an organisation based in `district`.

    A lead outlasts a duty shift. If only a shift opened the district, the officer must cover the
    district permanently.
    """
    if district.pk not in actor.duty_ids:
        return True
    return bool(User.objects.filter(pk=officer.pk).covering(district).exists())
